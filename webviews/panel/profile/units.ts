/** Times, sizes and rates as they stand in a profile. Pure. */

/** "340 µs", "12.3 ms", "1.24 s" */
export function time(ms: number): string {
  if (ms < 0.9995) return `${Math.round(ms * 1000)} µs`;
  return ms < 999.5 ? `${ms.toPrecision(3)} ms` : `${(ms / 1000).toPrecision(3)} s`;
}

/** "12 %", "0.4 %" */
export const share = (part: number, whole: number): string => {
  const percent = whole > 0 ? (100 * part) / whole : 0;
  return `${percent < 9.95 ? percent.toFixed(1) : Math.round(percent)} %`;
};

/** "1.5 KiB", "12.3 MiB" */
export const bytes = (n: number): string => (n < 1024 ? `${n} B` : scaled(n, 1024, ["KiB", "MiB", "GiB", "TiB"]));

/** "12.3 M", "1.02 G" */
export const amount = (n: number): string => (n < 1000 ? String(n) : scaled(n, 1000, ["k", "M", "G", "T", "P"]));

/** 10^9 operations a second; nothing where none are known. */
export const gigaflops = (flops: number, ms: number): string => (flops > 0 && ms > 0 ? (flops / ms / 1e6).toPrecision(2) : "");

export const whole = (n: number): string => n.toLocaleString("en-US");

function scaled(n: number, base: number, units: readonly string[]): string {
  const power = Math.min(units.length, Math.max(1, Math.floor(Math.log(n) / Math.log(base))));
  return `${(n / base ** power).toPrecision(3)} ${units[power - 1]}`;
}
