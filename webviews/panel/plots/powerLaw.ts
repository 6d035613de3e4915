/** A power law y = scale * x^exponent through points: least squares on logarithmic axes, with the interval that Student's t gives the slope. Pure. */
import { short } from "../format.ts";
import type { Point } from "../state.ts";

export interface PowerLaw {
  readonly exponent: number;
  readonly scale: number;
  /** Ends of the exponent's 95 % interval; absent of two points, through which a line always goes. */
  readonly interval?: readonly [low: number, high: number];
}

/** Undefined with fewer than two different x, of points that logarithmic axes can show. */
export function fitPowerLaw(points: readonly Point[]): PowerLaw | undefined {
  const logs = shown(points).map(([x, y]) => [Math.log(x), Math.log(y)] as const);
  const [meanX, meanY] = [mean(logs.map(([x]) => x)), mean(logs.map(([, y]) => y))];
  const spread = sum(logs.map(([x]) => (x - meanX) ** 2));
  if (!(spread > 0)) return undefined;
  const exponent = sum(logs.map(([x, y]) => (x - meanX) * (y - meanY))) / spread;
  const intercept = meanY - exponent * meanX;
  const free = logs.length - 2;
  const law = { exponent, scale: Math.exp(intercept) };
  if (free < 1) return law;
  const squares = sum(logs.map(([x, y]) => (y - intercept - exponent * x) ** 2));
  const half = studentT(free) * Math.sqrt(squares / free / spread);
  return { ...law, interval: [exponent - half, exponent + half] };
}

/** e.g. "measured follows a power law with exponent -0.284 (95 % interval -0.301 to -0.267)" */
export function describePowerLaw(name: string, { exponent, interval }: PowerLaw): string {
  const within = interval ? ` (95 % interval ${short(interval[0])} to ${short(interval[1])})` : " (two points, so without an interval)";
  return `${name} follows a power law with exponent ${short(exponent)}${within}`;
}

/** The law from the first x to the last, evenly on a logarithmic axis. */
export function lineOf({ exponent, scale }: PowerLaw, points: readonly Point[]): readonly Point[] {
  const xs = shown(points).map(([x]) => x);
  const [from, to] = [Math.min(...xs), Math.max(...xs)];
  return Array.from({ length: STEPS + 1 }, (_, i) => {
    const x = from * (to / from) ** (i / STEPS);
    return [x, scale * x ** exponent] as const;
  });
}

const STEPS = 32;

const shown = (points: readonly Point[]): readonly Point[] => points.filter(([x, y]) => x > 0 && y > 0 && Number.isFinite(x * y));

/** Quantiles 0.975 of Student's t, by degrees of freedom. */
const QUANTILES = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262];

/** Beyond the table by its expansion in 1 / degrees, to three digits. */
const studentT = (degrees: number): number => QUANTILES[degrees - 1] ?? 1.96 + 2.372 / degrees + 2.82 / degrees ** 2;

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;
