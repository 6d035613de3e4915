import type { Tensor2D } from "@tensorflow/tfjs";

export interface Surface {
  /** Scores [rows, columns] -> probabilities of the same shape; each row sums to 1. */
  softmax(scores: Tensor2D): Tensor2D;
}
