import * as tf from "@tensorflow/tfjs";
import { notWrittenYet, trace } from "practicum";
import { attention, embed, feedForward, finished, layerNorm, output } from "./layers.ts";
import type { ByComponent, GPTConfig, GPTWeights, Span } from "./surface.ts";

/**
 * The forward pass of a GPT, in which every part stands within a span of its component's name, and all of it within a span "forward".
 * @param tokens int32 [batch, time]
 * @returns [batch, time, vocabulary]
 */
export async function forward(weights: GPTWeights, config: GPTConfig, tokens: tf.Tensor2D): Promise<tf.Tensor3D> {
  // TODO: `trace.span(name, work)` around each part; `work` returns finished(...) of what it computes
  return notWrittenYet();
}

/**
 * How long each component took. A stretch of time belongs to the innermost span that it is in; a span that is no component belongs to the nearest component
 * around it, and where there is none, to "other".
 * @returns milliseconds
 */
export function timeByComponent(spans: readonly Span[]): ByComponent & { readonly other: number } {
  // TODO
  return notWrittenYet();
}

/**
 * FLOPs of all matrix products of a forward pass, full attention squares included. Embeddings and layer norms have none.
 * @param time length of each sequence, in tokens
 */
export function countFlops(config: GPTConfig, batch: number, time: number): ByComponent {
  // TODO
  return notWrittenYet();
}

/** @returns tokens */
export function crossoverLength(config: GPTConfig): number {
  // TODO: from the two formulas of countFlops
  return notWrittenYet();
}

/** @returns 10^9 FLOPs a second, for each component */
export function gigaflopsPerSecond(flops: ByComponent, milliseconds: ByComponent): ByComponent {
  // TODO
  return notWrittenYet();
}
