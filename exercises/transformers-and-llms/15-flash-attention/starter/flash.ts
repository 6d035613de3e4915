import * as tf from "@tensorflow/tfjs";
import { notWrittenYet } from "practicum";
import type { FlashAnswer, RunningSoftmax, Tiling } from "./surface.ts";

/**
 * Attention with all scores at once: what there is to beat.
 * @param q queries, [heads, time, dim]; so are the keys k and the values v
 * @param causal whether each position sees itself and its past only
 * @returns [heads, time, dim]
 */
export function standardAttention(q: tf.Tensor3D, k: tf.Tensor3D, v: tf.Tensor3D, causal: boolean): tf.Tensor3D {
  // TODO: scores, scale, mask where causal, softmax, mixture of the values
  return notWrittenYet();
}

/**
 * One step of the online softmax.
 * @param state of the columns before; none before the first
 * @param scores [heads, rows, columns], already scaled and masked
 * @param values [heads, columns, dim]
 * @returns the state with these columns
 */
export function absorb(state: RunningSoftmax | undefined, scores: tf.Tensor3D, values: tf.Tensor3D): RunningSoftmax {
  // TODO: the new maximum; what was summed before, under the new maximum; what comes in
  return notWrittenYet();
}

/**
 * Attention a tile at a time.
 * @param q queries, [heads, time, dim]; so are the keys k and the values v
 * @returns output [heads, time, dim] and logSumExp [heads, time]
 */
export function flashAttention(q: tf.Tensor3D, k: tf.Tensor3D, v: tf.Tensor3D, tiling: Tiling): FlashAnswer {
  // TODO: for each block of queries, absorb one block of keys after the other; free what a tile needed
  return notWrittenYet();
}
