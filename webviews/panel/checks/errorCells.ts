/** The map of errors of a tensor, and the slice of it that is looked at. Pure. */
import type { ErrorMap } from "../../../extension/protocol/tensorMismatch.ts";

export interface Cells {
  /** How many cells along each axis. */
  readonly shape: readonly number[];
  /** How many elements a cell is long along each axis. */
  readonly block: readonly number[];
  /** Of the tensor itself. */
  readonly size: readonly number[];
  /** Row-major; 0 where all is accepted. */
  readonly errors: Float32Array;
}

/** Two axes to look at, and where along the others. */
export interface Slice {
  /** Absent for a vector, which is one row. */
  readonly rows?: number;
  readonly columns: number;
  /** Cell along each axis; those of the two axes are not looked at. */
  readonly at: readonly number[];
}

export function cellsOf({ block, cells }: ErrorMap, size: readonly number[]): Cells {
  const bytes = Uint8Array.from(atob(cells), (char) => char.charCodeAt(0));
  return { shape: size.map((length, axis) => Math.ceil(length / (block[axis] as number))), block, size, errors: new Float32Array(bytes.buffer) };
}

/** The last two axes that have a length, where the largest error is. */
export function worstSlice(cells: Cells): Slice {
  const { shape, errors } = cells;
  const worst = errors.reduce((best, error, place) => (error > (errors[best] as number) ? place : best), 0);
  const axes = shape.map((_, axis) => axis);
  const long = axes.filter((axis) => (shape[axis] as number) > 1);
  const [rows, columns] = (long.length > 1 ? long : axes).slice(-2) as [number, number?];
  return { ...(columns === undefined ? { columns: rows } : { rows, columns }), at: indexOf(worst, shape) };
}

/** The same with another axis for its rows or columns; one that is taken changes places with it. */
export function turned(slice: Slice, which: "rows" | "columns", axis: number): Slice {
  const other = which === "rows" ? "columns" : "rows";
  return { ...slice, [which]: axis, ...(slice[other] === axis && { [other]: slice[which] }) };
}

export const heightOf = ({ shape }: Cells, { rows }: Slice): number => (rows === undefined ? 1 : (shape[rows] as number));
export const widthOf = ({ shape }: Cells, { columns }: Slice): number => shape[columns] as number;

/** Along each axis, of the cell in this row and column of the slice. */
export const indexIn = ({ rows, columns, at }: Slice, row: number, column: number): number[] =>
  at.map((own, axis) => (axis === columns ? column : axis === rows ? row : own));

export const errorAt = ({ shape, errors }: Cells, index: readonly number[]): number =>
  errors[index.reduce((place, i, axis) => place * (shape[axis] as number) + i, 0)] as number;

/** Of the errors that are finite. */
export const largestOf = ({ errors }: Cells): number => errors.reduce((most, error) => (Number.isFinite(error) ? Math.max(most, error) : most), 0);

/** "7", or "32-63" where a cell holds several elements. */
export function elementsOf({ block, size }: Cells, axis: number, cell: number): string {
  const [length, end] = [block[axis] as number, size[axis] as number];
  const first = cell * length;
  const last = Math.min(first + length, end) - 1;
  return first === last ? String(first) : `${first}-${last}`;
}

function indexOf(place: number, shape: readonly number[]): number[] {
  const index: number[] = [];
  for (const length of [...shape].reverse()) {
    index.unshift(place % length);
    place = Math.floor(place / length);
  }
  return index;
}
