/** Properties of an answer: each gives the mismatch, or how well it holds. Empty and non-finite answers never hold. */
import type { Mismatch } from "../protocol/grade.ts";
import { isTensorData, type Value } from "../protocol/tensor.ts";
import { describeForm, formatNumber } from "./describe.ts";
import type { Finding } from "./numbers.ts";

/** The end against the start: means of the last and the first tenth. */
export function falls(answer: Value, ratio: number): Finding {
  return course(answer, (first, last) => {
    const normalizedError = quotient(last, ratio * first);
    if (last < ratio * first) return { normalizedError };
    return { normalizedError, ...property(`${fromTo(first, last)}, which is not low enough`, `below ${formatNumber(ratio * first)} at the end`) };
  });
}

export function rises(answer: Value, ratio: number): Finding {
  return course(answer, (first, last) => {
    const normalizedError = quotient(ratio * first, last);
    if (last > ratio * first) return { normalizedError };
    return { normalizedError, ...property(`${fromTo(first, last)}, which is not high enough`, `above ${formatNumber(ratio * first)} at the end`) };
  });
}

export function inBand(answer: Value, low: number, high: number): Finding {
  const series = toSeries(typeof answer === "number" || typeof answer === "bigint" ? [answer] : answer);
  const last = series?.at(-1);
  if (!series || last === undefined) return wrongForm(answer, "a number or a series of numbers");
  return notFinite(series) ?? within(series.length > 1 ? "its last value" : "its value", last, low, high);
}

export function slopeInBand(answer: Value, low: number, high: number): Finding {
  return withPoints(answer, (points) => within("the slope", slope(points), low, high));
}

export function logSlopeInBand(answer: Value, low: number, high: number): Finding {
  return withPoints(answer, (points) => {
    if (points.flat().some((v) => v <= 0)) return property("it holds a number that is not positive", "positive numbers only");
    return within("the slope on logarithmic axes", slope(points.map(([x, y]) => [Math.log(x), Math.log(y)] as const)), low, high);
  });
}

export function ratioAtLeast(answer: Value, ratio: number): Finding {
  const pair = toSeries(answer);
  if (pair?.length !== 2) return wrongForm(answer, "two numbers");
  const [a, b] = pair as [number, number];
  return notFinite(pair) ?? within("the ratio of the two", a / b, ratio, Infinity);
}

function course(answer: Value, judged: (first: number, last: number) => Finding): Finding {
  const series = toSeries(answer);
  if (!series || series.length < 2) return wrongForm(answer, "a series of at least 2 numbers");
  const tenth = Math.max(1, Math.floor(series.length / 10));
  return notFinite(series) ?? judged(mean(series.slice(0, tenth)), mean(series.slice(-tenth)));
}

function withPoints(answer: Value, judged: (points: readonly (readonly [number, number])[]) => Finding): Finding {
  const points = toPoints(answer);
  if (!points || new Set(points.map(([x]) => x)).size < 2) return wrongForm(answer, "points [x, y] at 2 or more different x");
  return notFinite(points.flat()) ?? judged(points);
}

/** Least squares. */
function slope(points: readonly (readonly [number, number])[]): number {
  const [mx, my] = [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))];
  const sum = (term: (x: number, y: number) => number) => points.reduce((total, [x, y]) => total + term(x, y), 0);
  return sum((x, y) => (x - mx) * (y - my)) / sum((x) => (x - mx) ** 2);
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

function toSeries(answer: Value): number[] | undefined {
  if (isTensorData(answer)) return answer.shape.length <= 1 ? Array.from(answer.data) : undefined;
  if (!Array.isArray(answer) || !answer.every((v) => typeof v === "number" || typeof v === "bigint")) return undefined;
  return answer.map(Number);
}

function toPoints(answer: Value): [number, number][] | undefined {
  if (isTensorData(answer)) {
    if (answer.shape.length !== 2 || answer.shape[1] !== 2) return undefined;
    return Array.from({ length: answer.shape[0] as number }, (_, i) => [answer.data[2 * i], answer.data[2 * i + 1]] as [number, number]);
  }
  if (!Array.isArray(answer)) return undefined;
  const points = answer.map(toSeries);
  return points.every((p) => p?.length === 2) ? (points as [number, number][]) : undefined;
}

function within(what: string, value: number, low: number, high: number): Finding {
  const normalizedError = errorWithin(value, low, high);
  if (value >= low && value <= high) return { normalizedError };
  const side = Number.isFinite(value) ? `, which is too ${value < low ? "low" : "high"}` : "";
  const want =
    high === Infinity ? `at least ${formatNumber(low)}` : low === -Infinity ? `at most ${formatNumber(high)}` : `${formatNumber(low)} to ${formatNumber(high)}`;
  return { normalizedError, ...property(`${what} is ${formatNumber(value)}${side}`, want) };
}

/** 0 in the middle of the band and 1 at its ends; of a band with one end, how large a part of it. */
function errorWithin(value: number, low: number, high: number): number | undefined {
  if (high === Infinity) return quotient(low, value);
  if (low === -Infinity) return quotient(value, high);
  return low === high ? undefined : Math.abs(value - (low + high) / 2) / ((high - low) / 2);
}

/** Of two positive numbers; of others it says nothing. */
const quotient = (a: number, b: number): number | undefined => (a > 0 && b > 0 ? a / b : undefined);

function notFinite(values: readonly number[]): Finding | undefined {
  const bad = values.filter((v) => !Number.isFinite(v)).length;
  return bad > 0 ? property(`${bad} of its ${values.length} numbers ${bad === 1 ? "is" : "are"} NaN or infinite`, "finite numbers only") : undefined;
}

const fromTo = (first: number, last: number): string => `it goes from ${formatNumber(first)} to ${formatNumber(last)}`;
const found = (kind: Mismatch["kind"], got: string, want: string): Finding => ({ mismatch: { kind, path: "", got, want } });
const wrongForm = (answer: Value, want: string): Finding => found("type", describeForm(answer), want);
const property = (got: string, want: string): Finding => found("property", got, want);
