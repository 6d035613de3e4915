/** Errors of a tensor as a map of bounded size. */
import { sizeOf } from "../protocol/tensor.ts";
import type { ErrorMap } from "../protocol/tensorMismatch.ts";
import { viewOf } from "./table.ts";

/** Along one axis, and in all: 64 KiB. */
const MAX = { side: 64, cells: 16_384 };

/** @param errors of each element, 0 where it is accepted */
export function errorMap(errors: Float32Array, shape: readonly number[]): ErrorMap {
  const block = blockOf(shape);
  const cells = cellsOf(shape, block);
  const largest = new Float32Array(sizeOf(cells));
  const { strides } = viewOf(cells);
  const pool = (axis: number, place: number, cell: number): void => {
    if (axis === shape.length) {
      largest[cell] = Math.max(largest[cell] as number, errors[place] as number);
      return;
    }
    const [size, length, step] = [shape[axis] as number, block[axis] as number, strides[axis] as number];
    for (let i = 0; i < size; i++) pool(axis + 1, place * size + i, cell + Math.floor(i / length) * step);
  };
  pool(0, 0, 0);
  return { block, cells: Buffer.from(largest.buffer).toString("base64") };
}

const cellsOf = (shape: readonly number[], block: readonly number[]): number[] => shape.map((size, axis) => Math.ceil(size / (block[axis] as number)));

/** The axis with the most cells gets larger ones, until there are few enough. */
function blockOf(shape: readonly number[]): number[] {
  const block = shape.map((size) => Math.max(1, Math.ceil(size / MAX.side)));
  for (let cells = cellsOf(shape, block); sizeOf(cells) > MAX.cells; cells = cellsOf(shape, block)) {
    const axis = cells.indexOf(Math.max(...cells));
    block[axis] = (block[axis] as number) * 2;
  }
  return block;
}
