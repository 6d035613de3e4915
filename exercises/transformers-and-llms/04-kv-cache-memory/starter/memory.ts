import { notWrittenYet } from "practicum";
import type { Budget, Decoder, Load, NumberFormat } from "./surface.ts";

/**
 * What the cache keeps of one token of one sequence.
 * @returns bytes
 */
export function bytesPerToken(decoder: Decoder, format: NumberFormat): number {
  // TODO: count the numbers that are kept, in all layers, and what each takes
  return notWrittenYet();
}

/**
 * The cache of a whole batch.
 * @returns bytes
 */
export function cacheBytes(decoder: Decoder, load: Load): number {
  // TODO: all tokens of all sequences
  return notWrittenYet();
}

/** @returns GiB, of 2^30 bytes each */
export function inGiB(bytes: number): number {
  // TODO: change the unit
  return notWrittenYet();
}

/**
 * How long the sequences of a batch can get within a budget.
 * @returns tokens of each sequence, a whole number
 */
export function longestSequence(decoder: Decoder, budget: Budget): number {
  // TODO: as many tokens as fit
  return notWrittenYet();
}
