/** Where the differences of a tensor lie: a row, a column, a triangle, every second index. */
import { indexOf, MAX_LOOKED_AT } from "./table.ts";

/** Of the elements of a region so many have to differ for it to be more than chance. */
const MOST = 0.5;

/** @param errors of each element, 0 where it is accepted @returns a sentence, or nothing when the differences lie about */
export function placePattern(errors: Float32Array, shape: readonly number[]): string | undefined {
  const wrong = errors.length > MAX_LOOKED_AT ? [] : placesOf(errors);
  if (wrong.length < 2 || wrong.length === errors.length) return undefined;
  const seen = shape.map(() => new Set<number>());
  const regions = triangles(shape);
  for (const place of wrong) {
    const index = indexOf(place, shape);
    for (const [axis, i] of index.entries()) seen[axis]?.add(i);
    for (const region of regions) region.every &&= region.holds(index.at(-2) as number, index.at(-1) as number);
  }
  const sets = seen.map((set) => [...set].sort((a, b) => a - b));
  const share = wrong.length / errors.length;
  const dense = sets.map((set, axis) => (share >= (MOST * set.length) / (shape[axis] as number) ? set : []));
  return atIndex(sets, shape, regions, share) ?? sentence(triangleOf(regions, share, shape)) ?? inStretch(dense, shape) ?? inEverySecond(dense, shape);
}

function placesOf(errors: Float32Array): number[] {
  const places: number[] = [];
  for (let place = 0; place < errors.length; place++) if ((errors[place] as number) > 0) places.push(place);
  return places;
}

const sentence = (place: string | undefined): string | undefined => place && `All of them are ${place}.`;

/** "All of them are in the last column.": at one index of an axis, or of several; and there perhaps in a triangle of the others. */
function atIndex(sets: readonly (readonly number[])[], shape: readonly number[], regions: readonly Triangle[], share: number): string | undefined {
  const single = sets.flatMap((set, axis) => (set.length === 1 && (shape[axis] as number) > 1 ? [axis] : []));
  if (single.length === 0) return undefined;
  const there = single.reduce((part, axis) => part * (shape[axis] as number), share);
  const triangle = single.some((axis) => axis >= shape.length - 2) ? undefined : triangleOf(regions, there, shape);
  return sentence([single.map((axis) => nameOf(sets[axis]?.[0] as number, axis, shape)).join(" and "), triangle].filter(Boolean).join(", "));
}

/** All from an index on, or up to one; or only one index has none. */
function inStretch(sets: readonly (readonly number[])[], shape: readonly number[]): string | undefined {
  for (const [axis, set] of sets.entries()) {
    const [size, first, last] = [shape[axis] as number, set[0] as number, set.at(-1) as number];
    if (set.length === 0 || set.length === size || size < 3) continue;
    if (set.length === size - 1) return `None of them is ${nameOf(missingIn(set), axis, shape)}.`;
    if (set.length !== last - first + 1 || (first > 0 && last < size - 1)) continue;
    return first > 0 ? `All of them are from ${indexName(first, axis, shape)} on.` : `All of them are up to ${indexName(last, axis, shape)}.`;
  }
  return undefined;
}

/** The first whole number that the sorted ones leave out. */
const missingIn = (set: readonly number[]): number => [...set, -1].findIndex((index, i) => index !== i);

function inEverySecond(sets: readonly (readonly number[])[], shape: readonly number[]): string | undefined {
  for (const [axis, set] of sets.entries()) {
    const [size, first = 2] = [shape[axis] as number, set[0]];
    if (size < 4 || first > 1 || set.length !== Math.ceil((size - first) / 2) || !set.every((index) => index % 2 === first)) continue;
    const kind = kindOf(axis, shape);
    return `All of them are ${kind === "row" || kind === "column" ? "in" : "at"} every second ${kind}${ofAxis(axis, shape)}, from ${first} on.`;
  }
  return undefined;
}

interface Triangle {
  readonly name: string;
  readonly holds: (row: number, column: number) => boolean;
  /** Its share of a matrix. */
  readonly share: number;
  every: boolean;
}

/** Parts of the matrices that the last two axes make, the narrowest first. */
function triangles(shape: readonly number[]): Triangle[] {
  const [rows = 0, columns = 0] = shape.slice(-2);
  if (shape.length < 2 || rows < 3 || columns < 3) return [];
  const named: [string, Triangle["holds"]][] = [
    ["on the diagonal", (r, c) => c === r],
    ["above the diagonal", (r, c) => c > r],
    ["below the diagonal", (r, c) => c < r],
    ["on or above the diagonal", (r, c) => c >= r],
    ["on or below the diagonal", (r, c) => c <= r],
  ];
  const count = (holds: Triangle["holds"]) =>
    Array.from({ length: rows }, (_, r) => Array.from({ length: columns }, (_, c) => Number(holds(r, c))))
      .flat()
      .reduce((a, b) => a + b, 0);
  return named.map(([name, holds]) => ({ name, holds, share: count(holds) / (rows * columns), every: true }));
}

function triangleOf(regions: readonly Triangle[], share: number, shape: readonly number[]): string | undefined {
  const found = regions.find((region) => region.every && share >= MOST * region.share);
  return found && `${found.name}${shape.length > 2 ? ` of axes ${shape.length - 2} and ${shape.length - 1}` : ""}`;
}

/** "in row 2", "in the last column", "at index 3 of axis 1" */
function nameOf(index: number, axis: number, shape: readonly number[]): string {
  const kind = kindOf(axis, shape);
  const isLast = index === (shape[axis] as number) - 1 && index > 1;
  const name = isLast ? `the last ${kind}${ofAxis(axis, shape)}` : indexName(index, axis, shape);
  return `${kind === "row" || kind === "column" ? "in" : "at"} ${name}`;
}

const indexName = (index: number, axis: number, shape: readonly number[]): string => `${kindOf(axis, shape)} ${index}${ofAxis(axis, shape)}`;

const ofAxis = (axis: number, { length }: readonly number[]): string => (length > 2 ? ` of axis ${axis}` : "");

/** What a matrix and a vector call their indices; of more axes only numbers are sure to be understood. */
function kindOf(axis: number, { length }: readonly number[]): "row" | "column" | "place" | "index" {
  if (length === 1) return "place";
  if (length > 2) return "index";
  return axis === 0 ? "row" : "column";
}
