import type * as tf from "@tensorflow/tfjs";

export interface Surface {
  /**
   * The sinusoidal encoding of the positions 0 to `length - 1`.
   * @param width number of dimensions d, even
   * @returns [length, width], float32; columns 2i and 2i + 1 are the sine and cosine of position / 10000^(2i / width)
   */
  positionalEncoding(length: number, width: number): tf.Tensor2D;
  /**
   * Mean dot product of two rows, by how far they are apart.
   * @param encoding any matrix with one row for each position, [length, width]
   * @param maxDistance largest distance, in positions; less than `length`
   * @returns [maxDistance + 1], float32; element k is the mean over all pairs of rows t and t + k, element 0 the mean squared norm
   */
  dotByDistance(encoding: tf.Tensor2D, maxDistance: number): tf.Tensor1D;
}
