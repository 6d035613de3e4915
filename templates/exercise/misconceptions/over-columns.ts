// You sum over the columns: each column sums to 1, and no row does.
import * as tf from "@tensorflow/tfjs";

export function softmax(scores: tf.Tensor2D): tf.Tensor2D {
  return tf.tidy(() => {
    const powers = scores.sub(scores.max(0, true)).exp(); // [rows, columns]
    return powers.div(powers.sum(0, true)) as tf.Tensor2D; // [rows, columns]
  });
}
