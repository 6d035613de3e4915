import type { Tensor1D, Tensor2D, Tensor4D } from "@tensorflow/tfjs";

export interface Surface {
  /**
   * The angle by which each pair of dimensions is turned at each position.
   * @param positions int32 [time], any whole numbers in any order
   * @param dim number of dimensions of one head, even
   * @param base 10000 in the original
   * @returns [time, dim / 2], float32, in radians: positions[t] * base^(-2i / dim)
   */
  ropeAngles(positions: Tensor1D, dim: number, base: number): Tensor2D;
  /**
   * Turns every vector of queries or keys by the angles of its position.
   * @param x [batch, heads, time, dim]; pair i is the dimensions 2i and 2i + 1
   * @param positions int32 [time]: positions[t] is where x[:, :, t, :] stands
   * @returns [batch, heads, time, dim]
   */
  applyRope(x: Tensor4D, positions: Tensor1D, base: number): Tensor4D;
  /**
   * Scores before mask and softmax: the rotated queries times the rotated keys, over √dim.
   * @param q [batch, heads, queries, dim]
   * @param k [batch, heads, keys, dim]
   * @param queryPositions int32 [queries]
   * @param keyPositions int32 [keys]
   * @returns [batch, heads, queries, keys]
   */
  attentionScores(q: Tensor4D, k: Tensor4D, queryPositions: Tensor1D, keyPositions: Tensor1D, base: number): Tensor4D;
  /**
   * One query and one key, set at every position: element [m, n] is the dot product of the query at position m and the key at position n, unscaled.
   * @param q [dim]
   * @param k [dim]
   * @param length number of positions, counted from 0
   * @returns [length, length]
   */
  dotProductMap(q: Tensor1D, k: Tensor1D, length: number, base: number): Tensor2D;
}
