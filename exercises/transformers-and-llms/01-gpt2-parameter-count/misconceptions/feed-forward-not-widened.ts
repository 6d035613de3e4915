// Your feed-forward layer keeps the width d; GPT-2 widens it to 4*d, so that its two matrices hold 8*d^2 numbers.
import type { GPT2Config, ParameterCount } from "./surface.ts";

export function approximateParameters({ layers, width, vocabulary }: GPT2Config): number {
  return 6 * layers * width ** 2 + vocabulary * width;
}

export function relativeGap(counted: number, reported: number): number {
  return (counted - reported) / reported;
}

export function countParameters({ layers, width, context, vocabulary }: GPT2Config): ParameterCount {
  const tokenEmbedding = vocabulary * width;
  const positionEmbedding = context * width;
  const attention = layers * 4 * linear(width, width);
  const feedForward = layers * (linear(width, width) + linear(width, width));
  const layerNorm = (2 * layers + 1) * 2 * width;
  const total = tokenEmbedding + positionEmbedding + attention + feedForward + layerNorm;
  return { tokenEmbedding, positionEmbedding, attention, feedForward, layerNorm, total };
}

/** Weights [inputs, outputs] and bias [outputs] of a linear layer. */
const linear = (inputs: number, outputs: number): number => inputs * outputs + outputs;
