// You take the exponential of the scores as they are: large ones overflow to infinity, and infinity by infinity is not a number.
import * as tf from "@tensorflow/tfjs";

export function softmax(scores: tf.Tensor2D): tf.Tensor2D {
  return tf.tidy(() => {
    const powers = scores.exp(); // [rows, columns]
    return powers.div(powers.sum(1, true)) as tf.Tensor2D; // [rows, columns]
  });
}
