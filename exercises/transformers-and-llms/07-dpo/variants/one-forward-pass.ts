// Chosen and rejected in one batch, as libraries do it; reference log-probabilities of all pairs once, before training; explicit gradients.
import * as tf from "@tensorflow/tfjs";
import { random } from "practicum";
import { copyOf, logits as logitsOf } from "./policy.ts";
import type { DPOOptions, PolicyWeights, Preferences } from "./surface.ts";

export const sequenceLogProbability = (logits: tf.Tensor3D, tokens: tf.Tensor2D, mask: tf.Tensor2D): tf.Tensor1D =>
  tf.tidy(() => {
    const time = tokens.shape[1];
    const inputs = logits.slice([0, 0, 0], [-1, time - 1, -1]);
    const [, targets] = tf.split(tokens, [1, time - 1], 1) as [tf.Tensor2D, tf.Tensor2D];
    const [, counts] = tf.split(mask, [1, time - 1], 1) as [tf.Tensor2D, tf.Tensor2D];
    const picked = inputs.mul(tf.oneHot(targets, logits.shape[2])).sum(-1);
    return tf.sum<tf.Tensor1D>(picked.sub(tf.logSumExp(inputs, -1)).mul(counts), 1);
  });

export const implicitReward = (policy: tf.Tensor1D, reference: tf.Tensor1D, beta: number): tf.Tensor1D => tf.mul(beta, tf.sub(policy, reference));

/** The same as a difference of log-ratios: what the policy prefers, less what the reference prefers. */
export const dpoLoss = (
  policyChosen: tf.Tensor1D,
  policyRejected: tf.Tensor1D,
  referenceChosen: tf.Tensor1D,
  referenceRejected: tf.Tensor1D,
  beta: number,
): tf.Scalar => {
  const logRatio = policyChosen.sub(policyRejected).sub(referenceChosen.sub(referenceRejected)); // [batch]
  const margin = logRatio.mul(beta);
  return tf
    .relu(margin.neg())
    .add(tf.log1p(tf.exp(margin.abs().neg())))
    .mean<tf.Scalar>(); // -ln σ, whichever sign
};

export async function trainDPO(reference: PolicyWeights, preferences: Preferences, options: DPOOptions): Promise<PolicyWeights> {
  const { steps, batch, learningRate, beta, seed, onStart, onStep } = options;
  const policy = copyOf(reference);
  const tokens = tf.concat([preferences.chosen, preferences.rejected]); // [2 * pairs, time]
  const mask = tf.concat([preferences.chosenMask, preferences.rejectedMask]);
  const ofReference = tf.tidy(() => sequenceLogProbability(logitsOf(reference, tokens), tokens, mask)); // [2 * pairs]
  const pairs = preferences.chosen.shape[0];
  const adam = tf.train.adam(learningRate);
  const done = (await onStart?.({ weights: policy, optimizer: adam })) ?? 0;
  for (let step = done + 1; step <= steps; step++) {
    const stream = random(seed + step);
    const first = Array.from({ length: batch }, () => stream.integer(0, pairs - 1));
    const rows = tf.tensor1d([...first, ...first.map((row) => row + pairs)], "int32");
    const { value, grads } = tf.variableGrads(() => {
      const now = sequenceLogProbability(logitsOf(policy, tokens.gather(rows)), tokens.gather(rows), mask.gather(rows));
      const [chosen, rejected] = tf.split(now, 2) as [tf.Tensor1D, tf.Tensor1D];
      const [chosenBefore, rejectedBefore] = tf.split(ofReference.gather(rows), 2) as [tf.Tensor1D, tf.Tensor1D];
      return dpoLoss(chosen, rejected, chosenBefore, rejectedBefore, beta);
    });
    adam.applyGradients(Object.entries(grads).map(([name, tensor]) => ({ name, tensor })));
    const loss = (await value.data())[0] as number;
    tf.dispose([rows, value, grads]);
    await onStep?.(step, loss, policy);
  }
  tf.dispose([tokens, mask, ofReference]);
  return policy;
}
