/** Comparison of answers: structure first, then numbers within a tolerance. */
import type { Tolerance } from "../protocol/grade.ts";
import { isTensorData, type Value } from "../protocol/tensor.ts";
import { describeForm, formatShape } from "./describe.ts";
import { compareNumbers, type Finding } from "./numbers.ts";
import { type Table, toTable } from "./table.ts";

export interface Comparison extends Finding {
  /** Largest absolute difference between numbers that were compared; absent where none was, or one of them is not finite. */
  readonly error?: number;
}

/** The first mismatch in order, and the largest error of all. */
export function compare(got: Value, want: Value, tolerance: Tolerance | "exact"): Comparison {
  return at("", got, want, tolerance);
}

function at(path: string, got: Value, want: Value, tolerance: Tolerance | "exact"): Comparison {
  const form = (): Comparison => ({ mismatch: { kind: "type", path, got: describeForm(got), want: describeForm(want) } });
  const gotTable = toTable(got);
  const wantTable = toTable(want);
  if (gotTable && wantTable) {
    if (gotTable.kind !== wantTable.kind && gotTable.kind !== "number") return form();
    return tables(path, gotTable, wantTable, tolerance);
  }
  if (Array.isArray(want)) return Array.isArray(got) ? lists(path, got, want, tolerance) : form();
  if (isPlain(want)) return isPlain(got) ? objects(path, got, want, tolerance) : form();
  if (typeof got !== typeof want || got === null || want === null) return got === want ? {} : form();
  return got === want ? {} : { mismatch: { kind: "values", path, got: JSON.stringify(got), want: JSON.stringify(want) } };
}

function tables(path: string, got: Table, want: Table, tolerance: Tolerance | "exact"): Comparison {
  if (formatShape(got.shape) !== formatShape(want.shape)) {
    return { mismatch: { kind: "shape", path, got: formatShape(got.shape), want: formatShape(want.shape) } };
  }
  if (got.dtype && want.dtype && got.dtype !== want.dtype) {
    return { mismatch: { kind: "dtype", path, got: got.dtype, want: want.dtype } };
  }
  const { error, normalizedError, differences } = compareNumbers(got.data, want.data, want.shape, tolerance);
  return { error, normalizedError, ...(differences && { mismatch: { kind: "values", path, ...differences } }) };
}

function lists(path: string, got: readonly Value[], want: readonly Value[], tolerance: Tolerance | "exact"): Comparison {
  if (got.length !== want.length) return { mismatch: { kind: "shape", path, got: formatShape([got.length]), want: formatShape([want.length]) } };
  return together(want.map((w, i) => at(`${path}[${i}]`, got[i], w, tolerance)));
}

export type Plain = { readonly [key: string]: Value };

function objects(path: string, got: Plain, want: Plain, tolerance: Tolerance | "exact"): Comparison {
  const keys = new Set([...Object.keys(want), ...Object.keys(got)]);
  const own = (object: Plain, key: string) => (Object.hasOwn(object, key) ? object[key] : undefined);
  return together([...keys].map((key) => at(`${path}.${key}`, own(got, key), own(want, key), tolerance)));
}

export function together(parts: readonly Comparison[]): Comparison {
  return { mismatch: parts.find((p) => p.mismatch)?.mismatch, error: largest(parts.map((p) => p.error)), normalizedError: normalizedOf(parts) };
}

/** Of the whole; a part of another form has no distance, and then neither has the whole. */
export const normalizedOf = (parts: readonly Finding[]): number | undefined =>
  parts.some((p) => p.mismatch && p.normalizedError === undefined) ? undefined : largest(parts.map((p) => p.normalizedError));

function largest(numbers: readonly (number | undefined)[]): number | undefined {
  const known = numbers.filter((n) => n !== undefined);
  return known.length > 0 ? Math.max(...known) : undefined;
}

export const isPlain = (value: Value): value is Plain => typeof value === "object" && value !== null && !Array.isArray(value) && !isTensorData(value);
