import * as tf from "@tensorflow/tfjs";
import { notWrittenYet } from "practicum";
import type { Grouping, LayerWeights, Memory } from "./surface.ts";

/**
 * Each head `times` times in a row.
 * @param x [batch, kvHeads, time, dim]
 * @returns [batch, kvHeads * times, time, dim]
 */
export function repeatHeads(x: tf.Tensor4D, times: number): tf.Tensor4D {
  // TODO: heads a, b become a, a, b, b for times = 2
  return notWrittenYet();
}

/**
 * Causal attention in which neighbouring query heads share keys and values.
 * @param q [batch, heads, time, dim]
 * @param k [batch, kvHeads, time, dim]
 * @param v [batch, kvHeads, time, dim]
 * @returns [batch, heads, time, dim]
 */
export function groupedAttention(q: tf.Tensor4D, k: tf.Tensor4D, v: tf.Tensor4D): tf.Tensor4D {
  // TODO: query head i attends with keys and values of its group
  return notWrittenYet();
}

/**
 * A layer of grouped-query self-attention.
 * @param x [batch, time, width]
 * @returns [batch, time, width]
 */
export function layer(x: tf.Tensor3D, weights: LayerWeights, grouping: Grouping): tf.Tensor3D {
  // TODO: project, cut into heads, attend, put the heads side by side, project
  return notWrittenYet();
}

/**
 * The key or value projection of a multi-head layer, made into one for fewer heads.
 * @param weight [width, heads * dim]
 * @returns [width, kvHeads * dim]
 */
export function poolHeads(weight: tf.Tensor2D, grouping: Grouping): tf.Tensor2D {
  // TODO: the mean of the heads of each group
  return notWrittenYet();
}

/**
 * What one layer takes.
 * @returns bytes of the projections and of the cache, all float32
 */
export function memory(width: number, grouping: Grouping, load: { readonly batch: number; readonly length: number }): Memory {
  // TODO: count both
  return notWrittenYet();
}
