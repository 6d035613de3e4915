import * as tf from "@tensorflow/tfjs";
import { notWrittenYet } from "practicum";

/**
 * The sinusoidal encoding of the positions 0 to `length - 1`.
 * @param width number of dimensions, even
 * @returns [length, width]
 */
export function positionalEncoding(length: number, width: number): tf.Tensor2D {
  // TODO: one row for each position; sines in the even columns, cosines in the odd ones
  return notWrittenYet();
}

/**
 * Mean dot product of two rows, by how far they are apart.
 * @param encoding one row for each position, [length, width]
 * @param maxDistance largest distance, in positions; less than `length`
 * @returns [maxDistance + 1]
 */
export function dotByDistance(encoding: tf.Tensor2D, maxDistance: number): tf.Tensor1D {
  // TODO: for each distance k, the mean over every pair of rows that are k apart
  return notWrittenYet();
}
