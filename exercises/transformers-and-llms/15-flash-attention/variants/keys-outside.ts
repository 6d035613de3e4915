// The loop over keys is outside, as in the first FlashAttention: all rows keep their state, and one block of columns comes in at a time.
import * as tf from "@tensorflow/tfjs";
import type { FlashAnswer, RunningSoftmax, Tiling } from "./surface.ts";

export const standardAttention = (q: tf.Tensor3D, k: tf.Tensor3D, v: tf.Tensor3D, causal: boolean): tf.Tensor3D =>
  tf.tidy(() => {
    const scores = tf.matMul(q, k.transpose([0, 2, 1])).mul<tf.Tensor3D>(q.shape[2] ** -0.5);
    return tf.matMul(tf.softmax(causal ? hideFuture(scores, 0) : scores), v);
  });

/** @param first position of the first column; rows begin at 0 */
function hideFuture(scores: tf.Tensor3D, first: number): tf.Tensor3D {
  const [, rows, columns] = scores.shape;
  const future = tf.greater(tf.range(first, first + columns).expandDims(0), tf.range(0, rows).expandDims(1)); // [rows, columns]
  return scores.sub(future.cast("float32").mul(1e9));
}

export const absorb = (state: RunningSoftmax | undefined, scores: tf.Tensor3D, values: tf.Tensor3D): RunningSoftmax => {
  const before = state ?? nothing(scores, values);
  const max = tf.maximum<tf.Tensor3D>(before.max, tf.max(scores, -1, true));
  const weights = tf.exp(tf.sub<tf.Tensor3D>(scores, max));
  const shrunk = tf.exp(tf.sub<tf.Tensor3D>(before.max, max)); // 0 at the beginning
  return {
    max,
    sum: tf.add(tf.mul(before.sum, shrunk), tf.sum(weights, -1, true)),
    mixed: tf.add(tf.mul(before.mixed, shrunk), tf.matMul(weights, values)),
  };
};

function nothing(scores: tf.Tensor3D, values: tf.Tensor3D): RunningSoftmax {
  const [heads, rows] = scores.shape;
  return { max: tf.fill([heads, rows, 1], -Infinity), sum: tf.zeros([heads, rows, 1]), mixed: tf.zeros([heads, rows, values.shape[2]]) };
}

export const flashAttention = (q: tf.Tensor3D, k: tf.Tensor3D, v: tf.Tensor3D, { block, causal }: Tiling): FlashAnswer => {
  const [heads, time, dim] = q.shape;
  let state: RunningSoftmax | undefined;
  for (let start = 0; start < time; start += block) {
    const size = Math.min(block, time - start);
    const before = state;
    state = tf.tidy(() => {
      const columns = (x: tf.Tensor3D): tf.Tensor3D => x.slice([0, start, 0], [heads, size, dim]);
      const scores = tf.matMul<tf.Tensor3D>(q.div(Math.sqrt(dim)), columns(k), false, true); // [heads, time, size]
      return absorb(before, causal ? hideFuture(scores, start) : scores, columns(v)); // the first column is seen by all rows
    });
    if (before) tf.dispose(before);
  }
  const { max, sum, mixed } = state as RunningSoftmax;
  const answer = tf.tidy(() => ({ output: mixed.div<tf.Tensor3D>(sum), logSumExp: sum.log().add(max).reshape<tf.Tensor2D>([heads, time]) }));
  tf.dispose({ max, sum, mixed });
  return answer;
};
