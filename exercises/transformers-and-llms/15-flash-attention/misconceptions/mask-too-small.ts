// Your mask is a number that a large score outweighs: the future shows through. Add -1e9 or -Infinity where it is hidden.
import * as tf from "@tensorflow/tfjs";
import type { FlashAnswer, RunningSoftmax, Tiling } from "./surface.ts";

export function standardAttention(q: tf.Tensor3D, k: tf.Tensor3D, v: tf.Tensor3D, causal: boolean): tf.Tensor3D {
  return tf.tidy(() => tf.matMul(tf.softmax(scoresOf(q, k, causal)), v)); // [heads, time, dim]
}

/** Scaled; where `masked`, row i sees the columns up to i; q: [heads, rows, dim], k: [heads, columns, dim] -> [heads, rows, columns] */
function scoresOf(q: tf.Tensor3D, k: tf.Tensor3D, masked: boolean): tf.Tensor3D {
  const [, rows, dim] = q.shape;
  const scores = tf.matMul(q, k, false, true).div<tf.Tensor3D>(Math.sqrt(dim));
  if (!masked) return scores;
  const seen = tf.linalg.bandPart(tf.ones([rows, k.shape[1]]), -1, 0); // 1 where column <= row, else 0
  return scores.add(seen.sub(1).mul(100));
}

export function absorb(state: RunningSoftmax | undefined, scores: tf.Tensor3D, values: tf.Tensor3D): RunningSoftmax {
  const highest = scores.max<tf.Tensor3D>(-1, true); // [heads, rows, 1]
  const max = state ? tf.maximum<tf.Tensor3D>(state.max, highest) : highest;
  const weights = scores.sub<tf.Tensor3D>(max).exp(); // [heads, rows, columns], none above 1
  const sum = weights.sum<tf.Tensor3D>(-1, true); // [heads, rows, 1]
  const mixed = tf.matMul<tf.Tensor3D>(weights, values); // [heads, rows, dim]
  if (!state) return { max, sum, mixed };
  const shrunk = state.max.sub<tf.Tensor3D>(max).exp(); // what e^(score - m) of before is under the new m
  return { max, sum: state.sum.mul(shrunk).add(sum), mixed: state.mixed.mul(shrunk).add(mixed) };
}

export function flashAttention(q: tf.Tensor3D, k: tf.Tensor3D, v: tf.Tensor3D, { block, causal }: Tiling): FlashAnswer {
  const time = q.shape[1];
  const starts = Array.from({ length: Math.ceil(time / block) }, (_, i) => i * block);
  return tf.tidy(() => {
    const rows = starts.map((start) => tf.tidy(() => finished(attendRows(q, k, v, start, block, causal))));
    return {
      output: tf.concat(
        rows.map((r) => r.output),
        1,
      ),
      logSumExp: tf.concat(
        rows.map((r) => r.logSumExp),
        1,
      ),
    };
  });
}

/** One block of queries meets one block of keys after the other. */
function attendRows(q: tf.Tensor3D, k: tf.Tensor3D, v: tf.Tensor3D, start: number, block: number, causal: boolean): RunningSoftmax {
  const queries = positions(q, start, block);
  const end = causal ? start + 1 : k.shape[1]; // behind the tile on the diagonal there is nothing but future
  let state: RunningSoftmax | undefined;
  for (let column = 0; column < end; column += block) {
    const next = tf.tidy(() => absorb(state, scoresOf(queries, positions(k, column, block), causal && column === start), positions(v, column, block)));
    if (state) tf.dispose(state);
    state = next;
  }
  return state as RunningSoftmax;
}

/** The division comes last, once for each row: one of the things that make it FlashAttention-2. */
const finished = ({ max, sum, mixed }: RunningSoftmax) => ({ output: mixed.div<tf.Tensor3D>(sum), logSumExp: max.add(sum.log()).squeeze<tf.Tensor2D>([2]) });

/** `block` positions of x from `start` on, or what is left of them: [heads, time, dim] -> [heads, block, dim] */
const positions = (x: tf.Tensor3D, start: number, block: number): tf.Tensor3D => x.slice([0, start, 0], [-1, Math.min(block, x.shape[1] - start), -1]);
