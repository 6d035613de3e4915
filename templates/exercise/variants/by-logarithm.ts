// exp(s - log sum exp s), with tfjs's own log-sum-exp.
import * as tf from "@tensorflow/tfjs";

export function softmax(scores: tf.Tensor2D): tf.Tensor2D {
  return tf.tidy(() => scores.sub(scores.logSumExp(1, true)).exp() as tf.Tensor2D); // [rows, columns]
}
