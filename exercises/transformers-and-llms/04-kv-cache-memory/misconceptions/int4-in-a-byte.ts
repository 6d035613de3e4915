// Your int4 numbers take a byte each; two of them fit into one.
import type { Budget, Decoder, Load, NumberFormat } from "./surface.ts";

const BITS = { float32: 32, float16: 16, bfloat16: 16, float8: 8, int8: 8, int4: 8 };

export function bytesPerToken({ layers, kvHeads, headSize }: Decoder, format: NumberFormat): number {
  const numbers = 2 * layers * kvHeads * headSize; // a key and a value, in each layer, for each head that has its own
  return (numbers * BITS[format]) / 8;
}

export function cacheBytes(decoder: Decoder, { batch, length, format }: Load): number {
  return batch * length * bytesPerToken(decoder, format); // sequences share weights, never keys and values
}

export function inGiB(bytes: number): number {
  return bytes / 2 ** 30;
}

export function longestSequence(decoder: Decoder, { bytes, batch, format }: Budget): number {
  const perPosition = batch * bytesPerToken(decoder, format); // all sequences grow by a token
  return Math.floor(bytes / perPosition);
}
