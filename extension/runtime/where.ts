/** `tf.where` of whole numbers and floats, as in `tf.where(mask, labels, -1)`: as published (4.22), WebAssembly takes the bits of one for the other. */
import * as tf from "@tensorflow/tfjs-core";

type Operand = tf.Tensor | tf.TensorLike;

export function where<T extends tf.Tensor>(condition: Operand, a: T | tf.TensorLike, b: T | tf.TensorLike): T {
  return tf.tidy(() => {
    const [x, y] = [a, b].map((operand) => (operand instanceof tf.Tensor ? operand : tf.tensor(operand))) as [tf.Tensor, tf.Tensor];
    if (x.dtype === y.dtype) return tf.where(condition, x, y) as T;
    const dtype = tf.upcastType(x.dtype, y.dtype);
    return tf.where(condition, x.cast(dtype), y.cast(dtype)) as T;
  });
}

Object.assign(tf.Tensor.prototype, {
  where(this: tf.Tensor, condition: Operand, other: Operand) {
    return where(condition, this, other);
  },
});
