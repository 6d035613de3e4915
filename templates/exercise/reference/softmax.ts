import * as tf from "@tensorflow/tfjs";

export function softmax(scores: tf.Tensor2D): tf.Tensor2D {
  return tf.tidy(() => {
    const largest = scores.max(1, true); // [rows, 1]
    const powers = scores.sub(largest).exp(); // [rows, columns], none above 1
    return powers.div(powers.sum(1, true)) as tf.Tensor2D; // [rows, columns]
  });
}
