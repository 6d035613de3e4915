// The cache is a list of pages, one for each call of `append`, joined when they are read; generation collects numbers.
import * as tf from "@tensorflow/tfjs";
import { block, embed, logitsOf } from "./model.ts";
import type { Attended, GPTConfig, GPTWeights, KeysAndValues, Session } from "./surface.ts";

export function cachedAttention(q: tf.Tensor4D, k: tf.Tensor4D, v: tf.Tensor4D, past?: KeysAndValues): Attended {
  return attendToPages(q, past ? [past, { keys: k, values: v }] : [{ keys: k, values: v }]);
}

/** The last page is that of the queries. */
function attendToPages(q: tf.Tensor4D, pages: readonly KeysAndValues[]): Attended {
  const joined = (tensors: tf.Tensor4D[]) => (tensors.length === 1 ? tf.clone(tensors[0] as tf.Tensor4D) : tf.concat(tensors, 2));
  const keys = joined(pages.map((page) => page.keys));
  const values = joined(pages.map((page) => page.values));
  const [, , count, dim] = q.shape;
  const before = keys.shape[2] - count;
  const rows = Array.from({ length: count }, (_, query) => Array.from({ length: before + count }, (_, key) => (key > before + query ? -1e9 : 0)));
  const scores = tf.matMul(q, keys.transpose([0, 1, 3, 2])).mul<tf.Tensor4D>(1 / Math.sqrt(dim));
  return { mixed: tf.matMul(tf.softmax(scores.add<tf.Tensor4D>(tf.tensor2d(rows))), values), keys, values };
}

export function startSession(weights: GPTWeights, config: GPTConfig): Session {
  const pages: KeysAndValues[][] = weights.blocks.map(() => []); // of each layer
  let read = 0;
  const append = (tokens: tf.Tensor2D): tf.Tensor3D =>
    tf.tidy(() => {
      let x = embed(weights, tokens, read);
      weights.blocks.forEach((ofBlock, layer) => {
        x = block(x, ofBlock, config.heads, (q, k, v) => {
          const own = pages[layer] as KeysAndValues[];
          own.push({ keys: tf.keep(tf.clone(k)), values: tf.keep(tf.clone(v)) });
          return attendToPages(q, own).mixed;
        });
      });
      read += tokens.shape[1];
      return logitsOf(x, weights);
    });
  return { append };
}

export function generate(weights: GPTWeights, config: GPTConfig, prompt: tf.Tensor2D, count: number): tf.Tensor2D {
  const { append } = startSession(weights, config);
  const batch = prompt.shape[0];
  const columns: number[][] = [];
  let tokens = prompt;
  for (let i = 0; i < count; i++) {
    const best = append(tokens).argMax(-1).arraySync() as number[][]; // [batch, new]
    const newest = best.map((row) => row.at(-1) as number);
    columns.push(newest);
    tokens = tf.tensor2d(newest, [batch, 1], "int32");
  }
  const rows = Array.from({ length: batch }, (_, b) => columns.map((column) => column[b] as number));
  return tf.tensor2d(rows, [batch, count], "int32");
}
