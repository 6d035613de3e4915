// A first pass over the tiles finds each row's maximum and sum, a second one mixes the values with weights that add up to 1: nothing is rescaled.
import * as tf from "@tensorflow/tfjs";
import type { FlashAnswer, RunningSoftmax, Tiling } from "./surface.ts";

export function standardAttention(q: tf.Tensor3D, k: tf.Tensor3D, v: tf.Tensor3D, causal: boolean): tf.Tensor3D {
  return tf.tidy(() => tf.matMul(tf.softmax(tile(q, k, 0, 0, k.shape[1], causal)), v));
}

export function absorb(state: RunningSoftmax | undefined, scores: tf.Tensor3D, values: tf.Tensor3D): RunningSoftmax {
  return tf.tidy(() => {
    const own = scores.max<tf.Tensor3D>(2, true);
    const parts = [partial(scores, values, own)];
    if (state) parts.push(state);
    const max = parts.map((part) => part.max).reduce((a, b) => tf.maximum<tf.Tensor3D>(a, b));
    const factors = parts.map((part) => part.max.sub<tf.Tensor3D>(max).exp());
    const total = (of: "sum" | "mixed") => tf.addN(parts.map((part, i) => part[of].mul<tf.Tensor3D>(factors[i] as tf.Tensor3D)));
    return { max: max.clone(), sum: total("sum"), mixed: total("mixed") };
  });
}

function partial(scores: tf.Tensor3D, values: tf.Tensor3D, max: tf.Tensor3D): RunningSoftmax {
  const weights = scores.sub<tf.Tensor3D>(max).exp();
  return { max, sum: weights.sum<tf.Tensor3D>(2, true), mixed: tf.matMul(weights, values) };
}

/** Scores of some rows and columns, scaled and masked; q: all queries or a block of them that begins at `row` */
function tile(q: tf.Tensor3D, k: tf.Tensor3D, row: number, column: number, size: number, causal: boolean): tf.Tensor3D {
  const keys = k.slice([0, column, 0], [-1, Math.min(size, k.shape[1] - column), -1]);
  const scores = tf.matMul(q, keys, false, true).mul<tf.Tensor3D>(1 / Math.sqrt(q.shape[2]));
  if (!causal) return scores;
  const [, rows, columns] = scores.shape;
  const hidden = Array.from({ length: rows * columns }, (_, i) => (column + (i % columns) > row + Math.floor(i / columns) ? -1e9 : 0));
  return scores.add(tf.tensor2d(hidden, [rows, columns]));
}

export function flashAttention(q: tf.Tensor3D, k: tf.Tensor3D, v: tf.Tensor3D, { block, causal }: Tiling): FlashAnswer {
  const time = q.shape[1];
  const outputs: tf.Tensor3D[] = [];
  const logs: tf.Tensor2D[] = [];
  for (let row = 0; row < time; row += block) {
    const { output, logSumExp } = tf.tidy(() => attendRows(q.slice([0, row, 0], [-1, Math.min(block, time - row), -1]), k, v, row, { block, causal }));
    outputs.push(output);
    logs.push(logSumExp);
  }
  return tf.tidy(() => ({ output: tf.concat(outputs, 1), logSumExp: tf.concat(logs, 1) }));
}

function attendRows(queries: tf.Tensor3D, k: tf.Tensor3D, v: tf.Tensor3D, row: number, { block, causal }: Tiling): FlashAnswer {
  const [, rows] = queries.shape;
  const starts = Array.from({ length: Math.ceil(k.shape[1] / block) }, (_, i) => i * block).filter((column) => !causal || column < row + rows);
  const logs = starts.map((column) => tf.tidy(() => tf.logSumExp(tile(queries, k, row, column, block, causal), 2))); // [heads, rows] each
  const logSumExp = tf.logSumExp(tf.stack(logs), 0) as tf.Tensor2D;
  let output = tf.zerosLike(queries);
  for (const column of starts) {
    const sum = tf.tidy(() => {
      const weights = tile(queries, k, row, column, block, causal).sub<tf.Tensor3D>(logSumExp.expandDims(2)).exp();
      return output.add<tf.Tensor3D>(tf.matMul(weights, v.slice([0, column, 0], [-1, weights.shape[2], -1])));
    });
    output.dispose();
    output = sum;
  }
  return { output, logSumExp };
}
