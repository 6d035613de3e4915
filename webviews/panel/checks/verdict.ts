/** Early verdicts on a curve, in words: what a tutor would say while looking at it. Pure. */
import { short } from "../format.ts";
import type { Curve } from "../plots/curves.ts";
import type { Point } from "../state.ts";

export interface Verdict {
  readonly kind: "nan" | "rising" | "turned" | "flat";
  readonly sentence: string;
}

/** Fewer points than this say nothing about a trend. */
const ENOUGH = 24;
const BLOCKS = 8;

/** Only what is called a loss is expected to fall, and no level; a value that is not finite is wrong anywhere. */
export function verdict({ name, points, level }: Pick<Curve, "name" | "points" | "level">): Verdict | undefined {
  return notFinite(name, points) ?? (shouldFall(name) && !level && points.length >= ENOUGH ? trend(name, points) : undefined);
}

const shouldFall = (name: string): boolean => /loss|perplexity|error|nll|cross.?entropy/i.test(name);

function notFinite(name: string, points: readonly Point[]): Verdict | undefined {
  const bad = points.find(([, value]) => !Number.isFinite(value));
  if (!bad) return undefined;
  const what = Number.isNaN(bad[1]) ? "NaN" : "infinite";
  const cause = Number.isNaN(bad[1]) ? "a logarithm of zero, 0/0, or a learning rate that is too high" : "an overflow, or a learning rate that is too high";
  return { kind: "nan", sentence: `${name} is ${what} at step ${short(bad[0])}. Usual causes: ${cause}.` };
}

/** Compares means of blocks, so that the noise of single batches does not decide. */
function trend(name: string, points: readonly Point[]): Verdict | undefined {
  const blocks = Array.from({ length: BLOCKS }, (_, i) => block(points, i));
  const first = blocks[0] as Block;
  const last = blocks.at(-1) as Block;
  const low = blocks.reduce((a, b) => (b.mean < a.mean ? b : a));
  if (above(first, low, 0.05) && above(last, low, 0.1) && blocks.indexOf(low) < BLOCKS - 2) {
    const sentence = `${name} turned upwards after step ${short(low.end)}: ${short(low.mean)} there, ${short(last.mean)} now.`;
    return { kind: "turned", sentence };
  }
  if (above(last, first, 0.05)) {
    const sentence = `${name} is rising: ${short(first.mean)} at first, ${short(last.mean)} now. Look at the sign of the update and at the learning rate.`;
    return { kind: "rising", sentence };
  }
  const spread = Math.max(...blocks.map((b) => b.mean)) - low.mean;
  if (spread <= 0.01 * Math.abs(first.mean) && points.length >= 2 * ENOUGH) {
    const sentence = `${name} is flat: ${short(last.mean)} since the start. Do the gradients reach the weights, and is the update applied?`;
    return { kind: "flat", sentence };
  }
  return undefined;
}

interface Block {
  readonly mean: number;
  /** Standard error of the mean. */
  readonly se: number;
  readonly end: number;
}

function block(points: readonly Point[], index: number): Block {
  const part = points.slice(Math.floor((index * points.length) / BLOCKS), Math.floor(((index + 1) * points.length) / BLOCKS));
  const mean = part.reduce((sum, [, v]) => sum + v, 0) / part.length;
  const variance = part.reduce((sum, [, v]) => sum + (v - mean) ** 2, 0) / Math.max(1, part.length - 1);
  return { mean, se: Math.sqrt(variance / part.length), end: (part.at(-1) as Point)[0] };
}

/** Higher by a share of the value that matters, and by three standard errors. */
const above = (a: Block, b: Block, share: number): boolean => {
  const rise = a.mean - b.mean;
  return rise > share * Math.abs(b.mean) && rise > 3 * Math.hypot(a.se, b.se);
};
