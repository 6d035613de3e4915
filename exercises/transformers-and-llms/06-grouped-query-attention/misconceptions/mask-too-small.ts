// Your mask is a number that a large score outweighs: the future shows through. Add -1e9 or -Infinity where it is hidden.
import * as tf from "@tensorflow/tfjs";
import type { Grouping, LayerWeights, Memory } from "./surface.ts";

export function repeatHeads(x: tf.Tensor4D, times: number): tf.Tensor4D {
  const [batch, kvHeads, time, dim] = x.shape;
  const copies = x.expandDims(2).tile([1, 1, times, 1, 1]); // [batch, kvHeads, times, time, dim]: copies of a head side by side
  return copies.reshape([batch, kvHeads * times, time, dim]);
}

export function groupedAttention(q: tf.Tensor4D, k: tf.Tensor4D, v: tf.Tensor4D): tf.Tensor4D {
  const [, heads, time, dim] = q.shape;
  const group = heads / k.shape[1]; // query heads for each head of keys and values
  const scores = tf.matMul(q, repeatHeads(k, group), false, true).div(Math.sqrt(dim)); // [batch, heads, query, key]
  const past = tf.linalg.bandPart(tf.ones([time, time]), -1, 0); // [query, key]: 1 where key <= query, else 0
  const weights = tf.softmax(scores.add<tf.Tensor4D>(past.sub(1).mul(100))); // [batch, heads, query, key]
  return tf.matMul(weights, repeatHeads(v, group)); // [batch, heads, time, dim]
}

export function layer(x: tf.Tensor3D, weights: LayerWeights, { heads, kvHeads }: Grouping): tf.Tensor3D {
  const [batch, time, width] = x.shape;
  const rows = x.reshape<tf.Tensor2D>([batch * time, width]);
  const project = (weight: tf.Tensor2D, count: number): tf.Tensor4D => {
    const columns = rows.matMul(weight); // [batch * time, count * dim]
    return columns.reshape([batch, time, count, width / heads]).transpose([0, 2, 1, 3]); // [batch, count, time, dim]
  };
  const mixed = groupedAttention(project(weights.query, heads), project(weights.key, kvHeads), project(weights.value, kvHeads)); // [batch, heads, time, dim]
  const sideBySide = mixed.transpose([0, 2, 1, 3]).reshape<tf.Tensor2D>([batch * time, width]);
  return sideBySide.matMul(weights.output).reshape([batch, time, width]);
}

export function poolHeads(weight: tf.Tensor2D, { heads, kvHeads }: Grouping): tf.Tensor2D {
  const [width, columns] = weight.shape;
  const dim = columns / heads;
  const groups = weight.reshape([width, kvHeads, heads / kvHeads, dim]); // neighbouring heads are a group
  return groups.mean(2).reshape([width, kvHeads * dim]);
}

export function memory(width: number, { heads, kvHeads }: Grouping, { batch, length }: { readonly batch: number; readonly length: number }): Memory {
  const kvWidth = (width / heads) * kvHeads; // numbers in the keys of one token; as many in its values
  const weights = 2 * width * width + 2 * width * kvWidth; // query and output, key and value
  const cache = 2 * batch * length * kvWidth; // keys and values
  return { weights: 4 * weights, cache: 4 * cache }; // 4 bytes for each float32
}
