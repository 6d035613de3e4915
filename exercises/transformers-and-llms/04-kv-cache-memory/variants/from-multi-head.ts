// Starts from multi-head attention in float16, then applies the two savings: shared heads and smaller numbers.
import type { Budget, Decoder, Load, NumberFormat } from "./surface.ts";

const NUMBERS_PER_FLOAT16 = { float32: 0.5, float16: 1, bfloat16: 1, float8: 2, int8: 2, int4: 4 };

export function bytesPerToken(decoder: Decoder, format: NumberFormat): number {
  const width = decoder.heads * decoder.headSize;
  const multiHeadFloat16 = 4 * decoder.layers * width; // K and V, 2 bytes each
  const sharing = decoder.heads / decoder.kvHeads; // query heads for each key
  return multiHeadFloat16 / sharing / NUMBERS_PER_FLOAT16[format];
}

export function cacheBytes(decoder: Decoder, load: Load): number {
  const tokens = load.batch * load.length;
  return bytesPerToken(decoder, load.format) * tokens;
}

export function inGiB(bytes: number): number {
  return bytes / 1_073_741_824;
}

export function longestSequence(decoder: Decoder, budget: Budget): number {
  const tokens = Math.floor(budget.bytes / bytesPerToken(decoder, budget.format)); // of all sequences together
  return Math.floor(tokens / budget.batch);
}
