import { isTensorData, sizeOf, type Value } from "../protocol/tensor.ts";
import { formatShape } from "./describe.ts";

/** Numbers in row-major order, whatever held them. */
export interface Table {
  readonly kind: "number" | "list" | "tensor";
  readonly dtype?: string;
  readonly shape: readonly number[];
  readonly data: ArrayLike<number | bigint>;
}

export function toTable(value: Value): Table | undefined {
  if (typeof value === "number" || typeof value === "bigint") return { kind: "number", shape: [], data: [value] };
  if (isTensorData(value)) return { kind: "tensor", dtype: value.dtype, shape: value.shape, data: value.data };
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const rows = value.map((v) => (isTensorData(v) ? undefined : toTable(v)));
  const first = rows[0];
  if (!first || !rows.every((r) => r && formatShape(r.shape) === formatShape(first.shape))) return undefined;
  return { kind: "list", shape: [value.length, ...first.shape], data: rows.flatMap((r) => Array.from((r as Table).data)) };
}

/** Nobody looks for a pattern in more elements than this, and a grade would wait for it. */
export const MAX_LOOKED_AT = 2 ** 17;

/** Index along each axis of the element at this place in row-major order. */
export function indexOf(place: number, shape: readonly number[]): number[] {
  const index: number[] = [];
  for (const size of [...shape].reverse()) {
    index.unshift(place % size);
    place = Math.floor(place / size);
  }
  return index;
}

/** A way to read the elements of a table: axes, and how far apart neighbours along each of them lie. */
export interface View {
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
}

export const viewOf = (shape: readonly number[]): View => ({ shape, strides: shape.map((_, axis) => sizeOf(shape.slice(axis + 1))), offset: 0 });

/** Whether the call holds for every pair of places that two views of one shape read; it stops at the first for which it does not. */
export function everyPair(a: View, b: View, holds: (placeInA: number, placeInB: number) => boolean): boolean {
  const from = (axis: number, inA: number, inB: number): boolean => {
    if (axis === a.shape.length) return holds(inA, inB);
    const [size, stepA, stepB] = [a.shape[axis] as number, a.strides[axis] as number, b.strides[axis] as number];
    for (let i = 0; i < size; i++) if (!from(axis + 1, inA + i * stepA, inB + i * stepB)) return false;
    return true;
  };
  return from(0, a.offset, b.offset);
}
