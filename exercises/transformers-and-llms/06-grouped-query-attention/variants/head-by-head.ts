// One query head at a time, each with the matrices of its group.
import * as tf from "@tensorflow/tfjs";
import type { Grouping, LayerWeights, Memory } from "./surface.ts";

const headOf = (x: tf.Tensor4D, head: number): tf.Tensor3D => {
  const [batch, , time, dim] = x.shape;
  return x.slice([0, head, 0, 0], [batch, 1, time, dim]).reshape([batch, time, dim]);
};

export function repeatHeads(x: tf.Tensor4D, times: number): tf.Tensor4D {
  const heads: tf.Tensor3D[] = [];
  for (let head = 0; head < x.shape[1]; head++) {
    for (let copy = 0; copy < times; copy++) heads.push(headOf(x, head));
  }
  return tf.stack(heads, 1) as tf.Tensor4D;
}

function attend(q: tf.Tensor3D, k: tf.Tensor3D, v: tf.Tensor3D): tf.Tensor3D {
  const [, time, dim] = q.shape;
  const rows: number[] = [];
  for (let query = 0; query < time; query++) {
    for (let key = 0; key < time; key++) rows.push(key <= query ? 0 : -1e9);
  }
  const scores = tf.matMul(q, k.transpose([0, 2, 1])).mul(dim ** -0.5);
  return tf.matMul(tf.softmax(scores.add<tf.Tensor3D>(tf.tensor2d(rows, [time, time]))), v);
}

export function groupedAttention(q: tf.Tensor4D, k: tf.Tensor4D, v: tf.Tensor4D): tf.Tensor4D {
  const heads = q.shape[1];
  const size = heads / k.shape[1];
  const mixed = Array.from({ length: heads }, (_, head) => {
    const group = Math.floor(head / size);
    return attend(headOf(q, head), headOf(k, group), headOf(v, group));
  });
  return tf.stack(mixed, 1) as tf.Tensor4D;
}

/** Matrix of one head: [width, dim] */
const columnsOf = (weight: tf.Tensor2D, head: number, dim: number): tf.Tensor2D => weight.slice([0, head * dim], [weight.shape[0], dim]);

export function layer(x: tf.Tensor3D, weights: LayerWeights, { heads, kvHeads }: Grouping): tf.Tensor3D {
  const [batch, time, width] = x.shape;
  const dim = width / heads;
  const times = (matrix: tf.Tensor2D): tf.Tensor3D =>
    x
      .reshape<tf.Tensor2D>([batch * time, width])
      .matMul(matrix)
      .reshape([batch, time, dim]);
  const outputs = Array.from({ length: heads }, (_, head) => {
    const group = Math.floor((head * kvHeads) / heads);
    const mixed = attend(times(columnsOf(weights.query, head, dim)), times(columnsOf(weights.key, group, dim)), times(columnsOf(weights.value, group, dim)));
    const rows = weights.output.slice([head * dim, 0], [dim, width]); // what the layer makes of this head
    return mixed.reshape<tf.Tensor2D>([batch * time, dim]).matMul(rows);
  });
  return tf.addN(outputs).reshape([batch, time, width]);
}

export function poolHeads(weight: tf.Tensor2D, { heads, kvHeads }: Grouping): tf.Tensor2D {
  const size = heads / kvHeads;
  const dim = weight.shape[1] / heads;
  const pooled: tf.Tensor2D[] = [];
  for (let group = 0; group < kvHeads; group++) {
    let sum = columnsOf(weight, group * size, dim);
    for (let member = 1; member < size; member++) sum = sum.add(columnsOf(weight, group * size + member, dim));
    pooled.push(sum.div(size));
  }
  return tf.concat(pooled, 1);
}

export function memory(width: number, { heads, kvHeads }: Grouping, { batch, length }: { readonly batch: number; readonly length: number }): Memory {
  const dim = width / heads;
  const shapes = { query: heads, key: kvHeads, value: kvHeads, output: heads }; // heads of each projection
  const weights = Object.values(shapes).reduce((sum, count) => sum + width * count * dim, 0);
  const keys = batch * kvHeads * length * dim;
  const values = keys;
  return { weights: weights * Float32Array.BYTES_PER_ELEMENT, cache: (keys + values) * Float32Array.BYTES_PER_ELEMENT };
}
