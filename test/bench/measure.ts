/** What a benchmark measured, and how. */

/** One line of the table. */
export interface Row {
  /** Under which programs find it, e.g. "save_to_verdict_ms". */
  readonly metric: string;
  readonly what: string;
  readonly unit: string;
  /** The median; absent where there was nothing to measure. */
  readonly value?: number;
  /** Of which 95 % of the measured are no greater. */
  readonly p95?: number;
  /** Against what the row before, or the named row, has: measured in the same run, interleaved. */
  readonly ratio?: number;
  readonly to?: string;
  /** Why there is no value, or what it is of. */
  readonly note?: string;
}

/** A file `NAME.bench.ts` of this folder exports one of these as `rows`. @param dist the build that is measured */
export type Bench = (dist: string) => Promise<Row[]>;

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** The smallest of the values that the share `q` of them does not exceed. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN;
}

/** Median and 95th percentile. */
export const spread = (values: readonly number[]): Pick<Row, "value" | "p95"> => ({ value: median(values), p95: quantile(values, 0.95) });
