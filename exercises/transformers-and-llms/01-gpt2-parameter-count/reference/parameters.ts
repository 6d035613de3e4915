import type { GPT2Config, ParameterCount } from "./surface.ts";

/** 4 d^2 of attention and 8 d^2 of feed-forward in each block, and the token embedding: what grows with d^2 or with V. */
export function approximateParameters({ layers, width, vocabulary }: GPT2Config): number {
  return 12 * layers * width ** 2 + vocabulary * width;
}

export function relativeGap(counted: number, reported: number): number {
  return (counted - reported) / reported;
}

export function countParameters({ layers, width, context, vocabulary }: GPT2Config): ParameterCount {
  const tokenEmbedding = vocabulary * width; // counted once: the output head is the same matrix, transposed
  const positionEmbedding = context * width;
  const attention = layers * 4 * linear(width, width); // query, key, value and output; the heads share this width
  const feedForward = layers * (linear(width, 4 * width) + linear(4 * width, width));
  const layerNorm = (2 * layers + 1) * 2 * width; // two in each block and one at the end, each a gain and a shift
  const total = tokenEmbedding + positionEmbedding + attention + feedForward + layerNorm;
  return { tokenEmbedding, positionEmbedding, attention, feedForward, layerNorm, total };
}

/** Weights [inputs, outputs] and bias [outputs] of a linear layer. */
const linear = (inputs: number, outputs: number): number => inputs * outputs + outputs;
