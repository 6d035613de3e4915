// You raise 2 to the scores; softmax raises e.
import * as tf from "@tensorflow/tfjs";

export function softmax(scores: tf.Tensor2D): tf.Tensor2D {
  return tf.tidy(() => {
    const powers = tf.pow(2, scores.sub(scores.max(1, true))); // [rows, columns]
    return powers.div(powers.sum(1, true)) as tf.Tensor2D; // [rows, columns]
  });
}
