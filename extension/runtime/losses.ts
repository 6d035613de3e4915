/** `tf.losses` whose cross-entropy has gradients of its gradient: as published (4.22) it takes part of itself for a constant there, and is silently wrong. */
import * as tf from "@tensorflow/tfjs-core";

type SoftmaxCrossEntropy = typeof tf.losses.softmaxCrossEntropy;

const softmaxCrossEntropy: SoftmaxCrossEntropy = (onehotLabels, logits, weights, labelSmoothing = 0, reduction?) => {
  const [labels, x] = [asTensor(onehotLabels), asTensor(logits)];
  tf.util.assertShapesMatch(labels.shape, x.shape, "Error in softmaxCrossEntropy: ");
  const smoothed = labelSmoothing > 0 ? labels.mul(1 - labelSmoothing).add(labelSmoothing / (labels.shape[1] as number)) : labels;
  return tf.losses.computeWeightedLoss(tf.logSoftmax(x).mul(smoothed).sum(-1).neg(), weights, reduction);
};

export const losses = { ...tf.losses, softmaxCrossEntropy };

const asTensor = (x: tf.Tensor | tf.TensorLike): tf.Tensor => (x instanceof tf.Tensor ? x : tf.tensor(x));
