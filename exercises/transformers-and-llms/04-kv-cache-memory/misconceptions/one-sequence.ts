// Your cache is that of a single sequence; each sequence of the batch has keys and values of its own.
import type { Budget, Decoder, Load, NumberFormat } from "./surface.ts";

const BITS = { float32: 32, float16: 16, bfloat16: 16, float8: 8, int8: 8, int4: 4 };

export function bytesPerToken({ layers, kvHeads, headSize }: Decoder, format: NumberFormat): number {
  const numbers = 2 * layers * kvHeads * headSize; // a key and a value, in each layer, for each head that has its own
  return (numbers * BITS[format]) / 8;
}

export function cacheBytes(decoder: Decoder, { length, format }: Load): number {
  return length * bytesPerToken(decoder, format);
}

export function inGiB(bytes: number): number {
  return bytes / 2 ** 30;
}

export function longestSequence(decoder: Decoder, { bytes, batch, format }: Budget): number {
  const perPosition = batch * bytesPerToken(decoder, format); // all sequences grow by a token
  return Math.floor(bytes / perPosition);
}
