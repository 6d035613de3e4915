/** Element-wise comparison of numbers. */
import type { Mismatch, Tolerance } from "../protocol/grade.ts";
import { formatPair } from "./describe.ts";
import { indexOf } from "./table.ts";

type Differences = Pick<Mismatch, "got" | "want" | "worstIndex" | "differing" | "total" | "nan" | "infinite" | "maxError">;

/** What is found out about an answer: the mismatch, if it is judged wrong, and how far off it is. */
export interface Finding {
  readonly mismatch?: Mismatch;
  /** The largest error in units of what is allowed: up to 1 it is accepted. Absent where the expectation is no distance. */
  readonly normalizedError?: number;
}

/** Both hold as many numbers as the shape says; a non-finite number agrees only with the same one. */
export function compareNumbers(
  got: ArrayLike<number | bigint>,
  want: ArrayLike<number | bigint>,
  shape: readonly number[],
  tolerance: Tolerance | "exact",
): { error?: number; normalizedError: number; differences?: Differences } {
  let error = 0;
  let normalizedError = 0;
  let worst = -1;
  let worstExcess = 0;
  let differing = 0;
  let nan = 0;
  let infinite = 0;
  for (let i = 0; i < want.length; i++) {
    const [a, b] = [got[i] as number | bigint, want[i] as number | bigint];
    const distance = distanceOf(a, b);
    const limit = allowed(b, tolerance);
    const excess = distance - limit;
    if (distance > 0) normalizedError = Math.max(normalizedError, distance / limit);
    if (Number.isFinite(distance)) error = Math.max(error, distance);
    if (excess <= 0) continue;
    differing++;
    if (Number.isNaN(a)) nan++;
    else if (Math.abs(Number(a)) === Infinity) infinite++;
    if (excess > worstExcess) [worst, worstExcess] = [i, excess];
  }
  if (worst < 0) return { error, normalizedError };
  const counts = { worstIndex: indexOf(worst, shape), differing, total: want.length, nan, infinite, maxError: error };
  return {
    error: worstExcess === Infinity ? undefined : error,
    normalizedError,
    differences: { ...formatPair(got[worst] as number, want[worst] as number), ...counts },
  };
}

/** Infinity where only one of the two is finite, or they are not the same infinity; never NaN. */
export function distanceOf(a: number | bigint, b: number | bigint): number {
  // `==` between a bigint and a number is mathematically exact
  // biome-ignore lint/suspicious/noDoubleEquals: see above
  if (a == b || (Number.isNaN(a) && Number.isNaN(b))) return 0;
  const distance = typeof a === "bigint" && typeof b === "bigint" ? Math.abs(Number(a - b)) : Math.abs(Number(a) - Number(b));
  return Number.isNaN(distance) ? Infinity : distance || Number.MIN_VALUE; // a bigint and a number that only rounding makes equal
}

/** The largest distance that is accepted. */
export function allowed(want: number | bigint, tolerance: Tolerance | "exact"): number {
  const size = Math.abs(Number(want));
  return tolerance === "exact" || !Number.isFinite(size) ? 0 : tolerance.atol + tolerance.rtol * size;
}
