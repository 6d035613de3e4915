/** Layers that a GPT is put together from. They are given. */
import * as tf from "@tensorflow/tfjs";

/** x: [..., in] -> [..., out]. One product of matrices, whatever the leading axes: tfjs has no gradient for a broadcast one. */
export function linear<T extends tf.Tensor>(x: T, { weight, bias }: { weight: tf.Tensor2D; bias?: tf.Tensor1D }): T {
  const rows = x.reshape([-1, weight.shape[0]]); // [batch * time, in]
  const product = tf.matMul(rows, weight); // [batch * time, out]
  return (bias ? product.add(bias) : product).reshape([...x.shape.slice(0, -1), weight.shape[1]]);
}

/** The approximation by tanh that GPT-2 uses: Hendrycks and Gimpel, "Gaussian Error Linear Units" (2016). */
export function gelu<T extends tf.Tensor>(x: T): T {
  const inner = tf.mul(tf.add(x, tf.mul(tf.pow(x, 3), 0.044715)), Math.sqrt(2 / Math.PI));
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(inner), 1));
}
