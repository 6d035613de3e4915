import * as tf from "@tensorflow/tfjs";
import { notWrittenYet } from "practicum";

/**
 * Where a word stands among the word pieces of a text.
 * @param tokens word pieces; one that goes on with a word begins with "##"
 * @param word in lower case
 * @returns for each time that the whole word occurs, the places of its pieces
 */
export function wordPositions(tokens: readonly string[], word: string): number[][] {
  // TODO
  return notWrittenYet();
}

/**
 * One vector for each text and layer: the mean over the places of the word.
 * @param hidden [layers + 1, batch, time, width]
 * @param positions the places in each text, at least one
 * @returns [layers + 1, batch, width]
 */
export function wordVectors(hidden: tf.Tensor4D, positions: readonly (readonly number[])[]): tf.Tensor3D {
  // TODO
  return notWrittenYet();
}

/**
 * Cosine of the angle between every two texts' vectors.
 * @param vectors [layers + 1, batch, width]
 * @returns [layers + 1, batch, batch]
 */
export function cosineSimilarity(vectors: tf.Tensor3D): tf.Tensor3D {
  // TODO
  return notWrittenYet();
}

/**
 * Mean cosine of two different texts of the same sense, less that of two texts of different senses.
 * @param similarity [layers + 1, batch, batch]
 * @param senses of each text
 * @returns [layers + 1]
 */
export function senseSeparation(similarity: tf.Tensor3D, senses: readonly string[]): tf.Tensor1D {
  // TODO
  return notWrittenYet();
}

/**
 * Share of the texts whose most similar other text has the same sense.
 * @param similarity [layers + 1, batch, batch]
 * @param senses of each text
 * @returns [layers + 1], 0 to 1
 */
export function nearestSenseAccuracy(similarity: tf.Tensor3D, senses: readonly string[]): tf.Tensor1D {
  // TODO
  return notWrittenYet();
}
