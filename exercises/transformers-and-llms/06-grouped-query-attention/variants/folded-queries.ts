// Repeats nothing: the queries of a group are put one after the other in time, so that all of them meet the same keys in one product.
import * as tf from "@tensorflow/tfjs";
import type { Grouping, LayerWeights, Memory } from "./surface.ts";

export const repeatHeads = (x: tf.Tensor4D, times: number): tf.Tensor4D => {
  const order = Array.from({ length: x.shape[1] * times }, (_, head) => Math.floor(head / times));
  return tf.gather(x, tf.tensor1d(order, "int32"), 1);
};

export const groupedAttention = (q: tf.Tensor4D, k: tf.Tensor4D, v: tf.Tensor4D): tf.Tensor4D => {
  const [batch, heads, time, dim] = q.shape;
  const kvHeads = k.shape[1];
  const folded = q.mul(1 / Math.sqrt(dim)).reshape<tf.Tensor4D>([batch, kvHeads, (heads / kvHeads) * time, dim]);
  const scores = tf.matMul(folded, k, false, true).reshape([batch, heads, time, time]); // [batch, heads, query, key]
  const positions = tf.range(0, time);
  const future = tf.greater(positions.expandDims(0), positions.expandDims(1)); // [query, key]
  const weights = tf.softmax(tf.where(future, tf.fill(scores.shape, -Infinity), scores));
  return tf.matMul(weights.reshape<tf.Tensor4D>([batch, kvHeads, -1, time]), v).reshape([batch, heads, time, dim]);
};

export const layer = (x: tf.Tensor3D, weights: LayerWeights, { heads, kvHeads }: Grouping): tf.Tensor3D => {
  const [batch, time, width] = x.shape;
  const dim = width / heads;
  const flat = x.reshape<tf.Tensor2D>([-1, width]);
  const qkv = flat.matMul(tf.concat([weights.query, weights.key, weights.value], 1)); // [batch * time, (heads + 2 kvHeads) * dim]
  const [q, k, v] = tf.split(qkv.reshape([batch, time, heads + 2 * kvHeads, dim]).transpose([0, 2, 1, 3]), [heads, kvHeads, kvHeads], 1) as tf.Tensor4D[];
  const mixed = groupedAttention(q as tf.Tensor4D, k as tf.Tensor4D, v as tf.Tensor4D).transpose([0, 2, 1, 3]);
  return mixed.reshape<tf.Tensor2D>([-1, width]).matMul(weights.output).reshape(x.shape);
};

export const poolHeads = (weight: tf.Tensor2D, { heads, kvHeads }: Grouping): tf.Tensor2D => {
  const perHead = tf.split(weight, heads, 1); // [width, dim] each
  const size = heads / kvHeads;
  const means = Array.from({ length: kvHeads }, (_, group) => tf.addN(perHead.slice(group * size, (group + 1) * size)).div(size));
  return tf.concat(means, 1) as tf.Tensor2D;
};

export const memory = (width: number, { heads, kvHeads }: Grouping, load: { readonly batch: number; readonly length: number }): Memory => {
  const share = kvHeads / heads; // of what multi-head attention would take
  return { weights: 8 * width ** 2 * (1 + share), cache: 8 * load.batch * load.length * width * share };
};
