import * as tf from "@tensorflow/tfjs";
import { notWrittenYet } from "practicum";

/**
 * The angle by which each pair of dimensions is turned at each position.
 * @param positions int32 [time]
 * @param dim number of dimensions of one head, even
 * @returns [time, dim / 2], in radians
 */
export function ropeAngles(positions: tf.Tensor1D, dim: number, base: number): tf.Tensor2D {
  // TODO: every position meets every frequency
  return notWrittenYet();
}

/**
 * Turns every vector of queries or keys by the angles of its position.
 * @param x [batch, heads, time, dim]; pair i is the dimensions 2i and 2i + 1
 * @param positions int32 [time]
 * @returns [batch, heads, time, dim]
 */
export function applyRope(x: tf.Tensor4D, positions: tf.Tensor1D, base: number): tf.Tensor4D {
  // TODO: take the pairs apart, turn them, put them together again
  return notWrittenYet();
}

/**
 * Scores before mask and softmax.
 * @param q [batch, heads, queries, dim]
 * @param k [batch, heads, keys, dim]
 * @param queryPositions int32 [queries]
 * @param keyPositions int32 [keys]
 * @returns [batch, heads, queries, keys]
 */
export function attentionScores(q: tf.Tensor4D, k: tf.Tensor4D, queryPositions: tf.Tensor1D, keyPositions: tf.Tensor1D, base: number): tf.Tensor4D {
  // TODO: rotate, multiply, scale
  return notWrittenYet();
}

/**
 * One query and one key, set at every position.
 * @param q [dim]
 * @param k [dim]
 * @returns [length, length]: at [m, n], the dot product of the query at position m and the key at position n
 */
export function dotProductMap(q: tf.Tensor1D, k: tf.Tensor1D, length: number, base: number): tf.Tensor2D {
  // TODO: copies of the query and of the key, each at a position of its own
  return notWrittenYet();
}
