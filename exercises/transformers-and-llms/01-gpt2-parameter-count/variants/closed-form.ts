// The polynomials in L, d, T and V, multiplied out by hand.
import type { GPT2Config, ParameterCount } from "./surface.ts";

export function approximateParameters(c: GPT2Config): number {
  return c.width * (12 * c.layers * c.width + c.vocabulary);
}

export function relativeGap(counted: number, reported: number): number {
  const difference = counted - reported;
  return difference / reported;
}

export function countParameters(c: GPT2Config): ParameterCount {
  const d = c.width;
  return {
    tokenEmbedding: c.vocabulary * d,
    positionEmbedding: c.context * d,
    attention: c.layers * (4 * d * d + 4 * d),
    feedForward: c.layers * (8 * d * d + 5 * d),
    layerNorm: 4 * c.layers * d + 2 * d,
    total: (c.vocabulary + c.context) * d + c.layers * (12 * d * d + 13 * d) + 2 * d,
  };
}
