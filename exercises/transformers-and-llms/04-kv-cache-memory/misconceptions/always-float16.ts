// You take 2 bytes for each number whatever the format; `format` says how many bits it has.
import type { Budget, Decoder, Load, NumberFormat } from "./surface.ts";

export function bytesPerToken({ layers, kvHeads, headSize }: Decoder, _format: NumberFormat): number {
  const numbers = 2 * layers * kvHeads * headSize; // a key and a value, in each layer, for each head that has its own
  return numbers * 2;
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
