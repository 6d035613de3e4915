/** One line of the benchmark: milliseconds, medians. */
export interface Row {
  readonly name: string;
  readonly warm: number;
  /** The same work with nothing prepared. */
  readonly cold?: number;
}

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
