// You divide the gap by your own count; relative to the reported count means divided by the reported count.
import type { GPT2Config, ParameterCount } from "./surface.ts";

export function approximateParameters({ layers, width, vocabulary }: GPT2Config): number {
  return 12 * layers * width ** 2 + vocabulary * width;
}

export function relativeGap(counted: number, reported: number): number {
  return (counted - reported) / counted;
}

export function countParameters({ layers, width, context, vocabulary }: GPT2Config): ParameterCount {
  const tokenEmbedding = vocabulary * width;
  const positionEmbedding = context * width;
  const attention = layers * 4 * linear(width, width);
  const feedForward = layers * (linear(width, 4 * width) + linear(4 * width, width));
  const layerNorm = (2 * layers + 1) * 2 * width;
  const total = tokenEmbedding + positionEmbedding + attention + feedForward + layerNorm;
  return { tokenEmbedding, positionEmbedding, attention, feedForward, layerNorm, total };
}

/** Weights [inputs, outputs] and bias [outputs] of a linear layer. */
const linear = (inputs: number, outputs: number): number => inputs * outputs + outputs;
