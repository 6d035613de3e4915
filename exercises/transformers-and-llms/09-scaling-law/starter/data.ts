/** Text without end, and the learning rate along the way. Given. */
import * as tf from "@tensorflow/tfjs";
import { corpus } from "practicum";
import type { GPTConfig, TextOptions } from "./surface.ts";

/**
 * New windows of the source for a step.
 * @param step counted from 1: every step has a text of its own, always the same
 * @returns int32 [batch, context + 1]
 */
export function trainingWindows({ vocabulary, context }: GPTConfig, { source, batch }: TextOptions, step: number): tf.Tensor2D {
  const { tokens } = corpus.longTail({ seed: source, vocabulary }).windows(batch, context + 1, step);
  return tf.tensor2d(tokens, [batch, context + 1], "int32");
}

/** Windows that no step of training shows, and what their tokens cost a model that knows the source: the floor under every loss, in nats per token. */
export function heldOutWindows({ vocabulary, context }: GPTConfig, { source, batch }: TextOptions, batches: number): { windows: tf.Tensor2D[]; floor: number } {
  const drawn = Array.from({ length: batches }, (_, i) => corpus.longTail({ seed: source, vocabulary }).windows(batch, context + 1, -1 - i));
  const asked = drawn.flatMap(({ surprise }) => Array.from(surprise).filter((_, place) => place % (context + 1) > 0)); // a window's first token is given
  return {
    windows: drawn.map(({ tokens }) => tf.tensor2d(tokens, [batch, context + 1], "int32")),
    floor: asked.reduce((sum, x) => sum + x, 0) / asked.length,
  };
}

/** Sets the learning rate of a step: it rises over the first twentieth, then falls along a cosine to a tenth of the highest. */
export function schedule(optimizer: tf.AdamOptimizer, step: number, steps: number, highest: number): void {
  const warmUp = Math.ceil(steps / 20);
  const along = Math.max(0, step - warmUp) / Math.max(1, steps - warmUp);
  const rate = step <= warmUp ? (highest * step) / warmUp : highest * (0.1 + 0.45 * (1 + Math.cos(Math.PI * along)));
  (optimizer as unknown as { learningRate: number }).learningRate = rate; // tfjs reads it in every step, but declares it protected
}
