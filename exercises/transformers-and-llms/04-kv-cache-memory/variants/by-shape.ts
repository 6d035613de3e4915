// Lists the shapes of the cached tensors, as a framework would allocate them, and multiplies them out.
import type { Budget, Decoder, Load, NumberFormat } from "./surface.ts";

const bytesOf = (format: NumberFormat): number => {
  if (format === "float32") return 4;
  if (format === "float16" || format === "bfloat16") return 2;
  return format === "int4" ? 0.5 : 1;
};

/** One tensor of keys and one of values in each layer. */
const shapes = ({ layers, kvHeads, headSize }: Decoder, batch: number, length: number): number[][] =>
  Array.from({ length: 2 * layers }, () => [batch, kvHeads, length, headSize]);

export const cacheBytes = (decoder: Decoder, { batch, length, format }: Load): number =>
  shapes(decoder, batch, length).reduce((bytes, shape) => bytes + shape.reduce((n, d) => n * d, bytesOf(format)), 0);

export const bytesPerToken = (decoder: Decoder, format: NumberFormat): number => cacheBytes(decoder, { batch: 1, length: 1, format });

export const inGiB = (bytes: number): number => bytes / 1024 / 1024 / 1024;

export const longestSequence = (decoder: Decoder, { bytes, batch, format }: Budget): number => {
  const perPosition = cacheBytes(decoder, { batch, length: 1, format });
  return (bytes - (bytes % perPosition)) / perPosition;
};
