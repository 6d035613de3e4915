/**
 * What the panel shows of the tensors in which a wrong answer differs.
 *
 * Of a hidden check nothing may tell an expected value, also not together with the learner's own answer, which they can print. So there are no expected
 * values, no errors (got and error give the expected value) and no relation in value ("twice the expected one"), and nothing is counted of what was
 * expected. What remains is *where* it is wrong: of each element that it is not what was answered. Where an element can only be one of a few
 * values (a mask, labels, the zeros of a triangle), that does tell the value: then not even the places are shown.
 */
import type { Expectation, Tolerance } from "../protocol/grade.ts";
import { sizeOf, type Value } from "../protocol/tensor.ts";
import type { DifferingElement, TensorForm, TensorMismatch } from "../protocol/tensorMismatch.ts";
import { isPlain } from "./compare.ts";
import { formatNumber, formatPair, formatShape } from "./describe.ts";
import { errorMap } from "./errorMap.ts";
import { allowed, distanceOf } from "./numbers.ts";
import { placePattern } from "./placePattern.ts";
import { indexOf, MAX_LOOKED_AT, type Table, toTable } from "./table.ts";
import { valuePattern } from "./valuePattern.ts";

type Limit = Tolerance | "exact";

const MAX_TENSORS = 4;
const MAX_ELEMENTS = 10;
/** What float32 can tell from nothing. */
const TINY = 2 ** -126;
/** No expected value may stand at more than this part of the places, for a place not to tell it. */
const RARE = 1 / 8;

interface Pair {
  readonly path: string;
  readonly got: Table;
  readonly want: Table;
  readonly limit: Limit;
}

/** @param got an answer that was judged wrong @returns of the first few tensors that differ, in order */
export function tensorMismatches(got: Value, want: Value, expectation: Expectation, { hidden }: { readonly hidden: boolean }): TensorMismatch[] {
  const found: TensorMismatch[] = [];
  for (const pair of pairsOf("", got, want, expectation)) {
    const mismatch = mismatchOf(pair, hidden);
    if (mismatch && found.push(mismatch) === MAX_TENSORS) break;
  }
  return found;
}

/** Tables that stand at the same place of both answers. */
function* pairsOf(path: string, got: Value, want: Value, expectation: Expectation): Generator<Pair> {
  if (expectation.kind === "each") {
    if (!isPlain(got) || !isPlain(want)) return;
    for (const [name, part] of Object.entries(expectation.parts)) yield* pairsOf(`${path}.${name}`, got[name], want[name], part);
  } else if (expectation.kind === "near") yield* tablesOf(path, got, want, expectation.tolerance);
  else if (expectation.kind === "exact") yield* tablesOf(path, got, want, "exact");
}

function* tablesOf(path: string, got: Value, want: Value, limit: Limit): Generator<Pair> {
  const [gotTable, wantTable] = [toTable(got), toTable(want)];
  if (gotTable && wantTable) yield { path, got: gotTable, want: wantTable, limit };
  else if (Array.isArray(got) && Array.isArray(want)) for (const [i, part] of want.entries()) yield* tablesOf(`${path}[${i}]`, got[i], part, limit);
  else if (isPlain(got) && isPlain(want)) for (const [key, part] of Object.entries(want)) yield* tablesOf(`${path}.${key}`, got[key], part, limit);
}

/** Nothing for what is accepted, nor for single numbers: the sentence says all of them. */
function mismatchOf(pair: Pair, hidden: boolean): TensorMismatch | undefined {
  const { path, got, want } = pair;
  const forms = { path, got: formOf(got), want: hidden ? plainFormOf(want) : formOf(want) };
  const sameDtype = !got.dtype || !want.dtype || got.dtype === want.dtype;
  if (formatShape(got.shape) !== formatShape(want.shape)) return { ...forms, ...(!hidden && patternOf(valuePattern(got, want))) };
  if (sizeOf(want.shape) < 2) return undefined;
  const errors = errorsOf(pair);
  const differing = errors.reduce((count, error) => count + Number(error > 0), 0);
  if (differing === 0) return sameDtype ? undefined : { ...forms, differing };
  if (!hidden) {
    const pattern = patternOf(valuePattern(got, want) ?? placePattern(errors, want.shape));
    return { ...forms, differing, ...pattern, map: errorMap(errors, want.shape), elements: worst(pair, errors) };
  }
  if (!placesTellNothing(want)) return { ...forms, differing };
  return {
    ...forms,
    differing,
    ...patternOf(placePattern(errors, want.shape)),
    map: errorMap(errors.map(Math.sign), want.shape),
    elements: first(got, errors),
  };
}

const patternOf = (pattern: string | undefined): { pattern?: string } => (pattern === undefined ? {} : { pattern });

const plainFormOf = ({ dtype, shape }: Table): TensorForm => ({ dtype: (dtype ?? "number") as TensorForm["dtype"], shape });

function formOf(table: Table): TensorForm {
  let [nan, infinite] = [0, 0];
  for (let i = 0; i < table.data.length; i++) {
    const x = table.data[i] as number | bigint;
    if (Number.isNaN(x)) nan++;
    else if (x === Infinity || x === -Infinity) infinite++;
  }
  return { ...plainFormOf(table), nan, infinite };
}

/** 0 where the element is accepted. */
function errorsOf({ got, want, limit }: Pair): Float32Array {
  const errors = new Float32Array(want.data.length);
  for (let i = 0; i < errors.length; i++) {
    const [a, b] = [got.data[i] as number, want.data[i] as number];
    const distance = distanceOf(a, b);
    if (distance > allowed(b, limit)) errors[i] = Math.max(distance, TINY);
  }
  return errors;
}

/** Those that exceed what is allowed by most, in order of that. */
function worst({ got, want, limit }: Pair, errors: Float32Array): DifferingElement[] {
  const excess = (place: number) => (errors[place] as number) - allowed(want.data[place] as number, limit);
  let most: number[] = [];
  for (let place = 0; place < errors.length; place++) {
    if (errors[place] === 0 || (most.length === MAX_ELEMENTS && excess(place) <= excess(most.at(-1) as number))) continue;
    most = [...most, place].sort((a, b) => excess(b) - excess(a) || a - b).slice(0, MAX_ELEMENTS); // Infinity - Infinity is NaN, and so in order of place
  }
  return most.map((place) => {
    const [a, b] = [got.data[place] as number, want.data[place] as number];
    const distance = distanceOf(a, b);
    const error = Number.isFinite(distance) ? { error: formatNumber(distance) } : {};
    return { index: indexOf(place, want.shape), ...formatPair(a, b), ...error, allowed: formatNumber(allowed(b, limit)) };
  });
}

function first(got: Table, errors: Float32Array): DifferingElement[] {
  const elements: DifferingElement[] = [];
  for (let place = 0; place < errors.length && elements.length < MAX_ELEMENTS; place++) {
    if ((errors[place] as number) > 0) elements.push({ index: indexOf(place, got.shape), got: formatNumber(got.data[place] as number) });
  }
  return elements;
}

/** Of a large one some, evenly spread, stand for all. */
function placesTellNothing({ dtype, data }: Table): boolean {
  if (dtype === "bool") return false;
  const step = 2 * Math.floor(data.length / MAX_LOOKED_AT) + 1; // odd, so that it does not keep step with pairs
  const values = Float64Array.from({ length: Math.ceil(data.length / step) }, (_, i) => Number(data[i * step])).sort();
  let [most, same] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    same = Object.is(values[i], values[i - 1]) ? same + 1 : 1;
    most = Math.max(most, same);
  }
  return most <= Math.max(1, RARE * values.length);
}
