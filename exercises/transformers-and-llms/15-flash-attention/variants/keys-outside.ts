// The loop over keys is outside, as in the first FlashAttention: every block of rows keeps its state while one block of columns after the other comes in.
import * as tf from "@tensorflow/tfjs";
import type { FlashAnswer, RunningSoftmax, Tiling } from "./surface.ts";

export const standardAttention = (q: tf.Tensor3D, k: tf.Tensor3D, v: tf.Tensor3D, causal: boolean): tf.Tensor3D =>
  tf.tidy(() => {
    const scores = tf.matMul(q, k.transpose([0, 2, 1])).mul<tf.Tensor3D>(q.shape[2] ** -0.5);
    return tf.matMul(tf.softmax(causal ? hideFuture(scores, 0) : scores), v);
  });

/** @param first position of the first column, counted from that of the first row */
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
  const time = q.shape[1];
  const part = (x: tf.Tensor3D, start: number): tf.Tensor3D => x.slice([0, start, 0], [-1, Math.min(block, time - start), -1]);
  const states = new Map<number, RunningSoftmax>(); // by the first row of the block
  for (let column = 0; column < time; column += block) {
    for (let row = causal ? column : 0; row < time; row += block) {
      const before = states.get(row);
      const after = tf.tidy(() => {
        const scores = tf.matMul<tf.Tensor3D>(part(q, row).div(Math.sqrt(q.shape[2])), part(k, column), false, true); // [heads, block, block]
        return absorb(before, causal ? hideFuture(scores, column - row) : scores, part(v, column)); // the first column is seen by all rows
      });
      states.set(row, after);
      if (before) tf.dispose(before);
    }
  }
  const all = [...states.values()];
  const answer = tf.tidy(() => {
    const joined = (of: keyof RunningSoftmax) =>
      tf.concat(
        all.map((state) => state[of]),
        1,
      );
    const sum = joined("sum"); // [heads, time, 1]
    return { output: joined("mixed").div<tf.Tensor3D>(sum), logSumExp: sum.log().add(joined("max")).squeeze<tf.Tensor2D>([2]) };
  });
  tf.dispose(all);
  return answer;
};
