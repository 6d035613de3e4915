/** How a number is stored: float32 takes 32 bits, float16 and bfloat16 16, float8 and int8 8, int4 4. */
export type NumberFormat = "float32" | "float16" | "bfloat16" | "float8" | "int8" | "int4";

/** A decoder, as far as its cache goes. */
export interface Decoder {
  /** Number of transformer blocks, L. */
  readonly layers: number;
  /** Query heads of each block, h. */
  readonly heads: number;
  /** Heads that have keys and values of their own; `heads / kvHeads` query heads share each. Equal to `heads` without grouping. */
  readonly kvHeads: number;
  /** Numbers in one key, and in one value, of one head. */
  readonly headSize: number;
}

export interface Load {
  /** Sequences that are written at the same time. */
  readonly batch: number;
  /** Tokens of each sequence. */
  readonly length: number;
  readonly format: NumberFormat;
}

export interface Budget {
  /** Memory left for the cache, in bytes. */
  readonly bytes: number;
  /** Sequences that are written at the same time. */
  readonly batch: number;
  readonly format: NumberFormat;
}

export interface Surface {
  /** What one more token of one sequence adds, in bytes. */
  bytesPerToken(decoder: Decoder, format: NumberFormat): number;
  /** The whole cache, in bytes. */
  cacheBytes(decoder: Decoder, load: Load): number;
  /** Bytes as gibibytes: 1 GiB is 2^30 bytes. */
  inGiB(bytes: number): number;
  /** The most tokens that each sequence can have, a whole number. */
  longestSequence(decoder: Decoder, budget: Budget): number;
}
