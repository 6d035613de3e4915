/** `cumsum` and `cumprod` that take a negative axis, as every other operation does: as published (4.22) they answer garbage. */
import * as tf from "@tensorflow/tfjs-core";

type Cumulate = typeof tf.cumsum;

export const cumsum = withAnyAxis(tf.cumsum);
export const cumprod = withAnyAxis(tf.cumprod);

Object.assign(tf.Tensor.prototype, { cumsum: chained(cumsum), cumprod: chained(cumprod) });

function withAnyAxis(cumulate: Cumulate): Cumulate {
  return <T extends tf.Tensor>(x: tf.Tensor | tf.TensorLike, axis = 0, exclusive?: boolean, reverse?: boolean): T => {
    const values = x instanceof tf.Tensor ? x : tf.tensor(x);
    return cumulate(values, tf.util.parseAxisParam(axis, values.shape)[0], exclusive, reverse);
  };
}

function chained(cumulate: Cumulate) {
  return function (this: tf.Tensor, axis?: number, exclusive?: boolean, reverse?: boolean) {
    return cumulate(this, axis, exclusive, reverse);
  };
}
