import type { Tensor2D, Tensor3D } from "@tensorflow/tfjs";

/** What is known of some rows after a part of their columns. (Types, not interfaces: `tf.tidy` and `tf.dispose` take only these.) */
export type RunningSoftmax = {
  /** Largest score so far, m: [heads, rows, 1] */
  readonly max: Tensor3D;
  /** Sum of e^(score - m) so far, l: [heads, rows, 1] */
  readonly sum: Tensor3D;
  /** Sum of e^(score - m) times the value so far, not divided by anything: [heads, rows, dim] */
  readonly mixed: Tensor3D;
};

export interface Tiling {
  /** Rows of a tile, and columns: so many positions. The last tile may be smaller. */
  readonly block: number;
  /** Whether each position sees itself and its past only. */
  readonly causal: boolean;
}

export type FlashAnswer = {
  /** [heads, time, dim] */
  readonly output: Tensor3D;
  /** Logarithm of the sum of e^score over the keys that a query sees: [heads, time]. The backward pass needs it. */
  readonly logSumExp: Tensor2D;
};

export interface Surface {
  /** softmax(q kᵀ / √dim) v with all scores at once; q, k, v: [heads, time, dim] -> [heads, time, dim] */
  standardAttention(q: Tensor3D, k: Tensor3D, v: Tensor3D, causal: boolean): Tensor3D;
  /** Some more columns; scores: [heads, rows, columns], values: [heads, columns, dim]; no state before the first columns */
  absorb(state: RunningSoftmax | undefined, scores: Tensor3D, values: Tensor3D): RunningSoftmax;
  /** The same as standard attention, a tile at a time; q, k, v: [heads, time, dim] */
  flashAttention(q: Tensor3D, k: Tensor3D, v: Tensor3D, tiling: Tiling): FlashAnswer;
}
