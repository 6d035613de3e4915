import type { Tensor1D, Tensor3D, Tensor4D } from "@tensorflow/tfjs";

export interface Surface {
  /**
   * Where a word stands among the word pieces of a text: for each time that it occurs, the places of its pieces, in order.
   * tokens: e.g. ["[CLS]", "a", "chan", "##nel", "[SEP]"]; word: in lower case, e.g. "channel" -> [[2, 3]]
   */
  wordPositions(tokens: readonly string[], word: string): number[][];
  /**
   * One vector for each text and layer: the mean over the given places.
   * hidden: [layers + 1, batch, time, width]; positions: the places in each text, at least one -> [layers + 1, batch, width]
   */
  wordVectors(hidden: Tensor4D, positions: readonly (readonly number[])[]): Tensor3D;
  /** Cosine of the angle between the vectors of every two texts, in each layer; vectors: [layers + 1, batch, width] -> [layers + 1, batch, batch] */
  cosineSimilarity(vectors: Tensor3D): Tensor3D;
  /**
   * How much more alike two texts of the same sense are than two of different senses, in each layer: mean cosine of the former less mean cosine of the latter,
   * over all pairs of two different texts; similarity: [layers + 1, batch, batch]; senses: of each text -> [layers + 1]
   */
  senseSeparation(similarity: Tensor3D, senses: readonly string[]): Tensor1D;
  /** Share of the texts whose most similar other text has the same sense, in each layer, 0 to 1; the same inputs -> [layers + 1] */
  nearestSenseAccuracy(similarity: Tensor3D, senses: readonly string[]): Tensor1D;
}
