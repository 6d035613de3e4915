import type { Tensor2D, Tensor3D, Tensor4D } from "@tensorflow/tfjs";

/** How the query heads are grouped. */
export interface Grouping {
  /** Query heads, h. */
  readonly heads: number;
  /** Heads of keys and values, one for each group; divides `heads`. Equal to `heads`: multi-head attention. 1: multi-query attention. */
  readonly kvHeads: number;
}

/** The projections of one attention layer, without biases. A head owns `dim` neighbouring columns; width = heads * dim. */
export interface LayerWeights {
  /** [width, heads * dim] */
  readonly query: Tensor2D;
  /** [width, kvHeads * dim] */
  readonly key: Tensor2D;
  /** [width, kvHeads * dim] */
  readonly value: Tensor2D;
  /** [heads * dim, width] */
  readonly output: Tensor2D;
}

/** Bytes, where each number is a float32. */
export interface Memory {
  /** The four projections. */
  readonly weights: number;
  /** Keys and values of all tokens of all sequences. */
  readonly cache: number;
}

export interface Surface {
  /** Each head `times` times in a row; x: [batch, kvHeads, time, dim] -> [batch, kvHeads * times, time, dim] */
  repeatHeads(x: Tensor4D, times: number): Tensor4D;
  /** Causal attention; q: [batch, heads, time, dim], k and v: [batch, kvHeads, time, dim] -> [batch, heads, time, dim] */
  groupedAttention(q: Tensor4D, k: Tensor4D, v: Tensor4D): Tensor4D;
  /** Projections, attention, projection; x: [batch, time, width] -> [batch, time, width] */
  layer(x: Tensor3D, weights: LayerWeights, grouping: Grouping): Tensor3D;
  /** A multi-head key or value projection as a grouped one; weight: [width, heads * dim] -> [width, kvHeads * dim] */
  poolHeads(weight: Tensor2D, grouping: Grouping): Tensor2D;
  /** What one layer takes for `batch` sequences of `length` tokens. */
  memory(width: number, grouping: Grouping, load: { readonly batch: number; readonly length: number }): Memory;
}
