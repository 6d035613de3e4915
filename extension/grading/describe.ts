/** Values in words, for mismatches. */
import { isTensorData, type Value } from "../protocol/tensor.ts";

const DIGITS = 5;
const ENOUGH_DIGITS = 17; // tell any two doubles apart
const LARGE = 1e15;

export const formatShape = (shape: readonly number[]): string => `[${shape.join(", ")}]`;

/** A number as a person writes it: whole numbers in full, others to so many significant digits. */
export function formatNumber(n: number | bigint, digits = DIGITS): string {
  if (typeof n === "bigint" || Number.isSafeInteger(n)) return Object.is(n, -0) ? "0" : n.toLocaleString("en-US");
  const size = Math.abs(n);
  if (!Number.isFinite(n)) return String(n);
  if (size >= LARGE) return n.toExponential(digits - 1);
  if (size < 1) return String(Number(n.toPrecision(digits)));
  const decimals = Math.max(1, digits - Math.trunc(size).toString().length);
  return n.toLocaleString("en-US", { minimumFractionDigits: 1, maximumFractionDigits: decimals });
}

/** Two different numbers with as many digits as it takes to see that they differ. */
export function formatPair(got: number | bigint, want: number | bigint): { got: string; want: string } {
  for (let digits = DIGITS; ; digits++) {
    const pair = { got: formatNumber(got, digits), want: formatNumber(want, digits) };
    if (pair.got !== pair.want || digits === ENOUGH_DIGITS) return pair;
  }
}

/** What sort of thing a value is. */
export function describeForm(value: Value): string {
  if (isTensorData(value)) return value.shape.length === 0 ? "a scalar tensor" : `a tensor of shape ${formatShape(value.shape)}`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (value === undefined) return "nothing (undefined)";
  if (value === null) return "null";
  switch (typeof value) {
    case "number":
      return Number.isFinite(value) ? "a number" : String(value);
    case "bigint":
      return "a bigint";
    case "string":
      return "a string";
    case "boolean":
      return "a boolean";
    default:
      return typeof value === "object" ? "an object" : `a ${typeof value}`;
  }
}
