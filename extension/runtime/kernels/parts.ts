/**
 * How the work of a kernel falls into parts that need nothing of each other: by what is computed, never within a sum, so that the result is the same
 * to the last bit.
 */
import { MOST_PARTS } from "./job.ts";
import type { Exports } from "./pack.ts";

type Args = readonly number[];
/** Where parts may begin, and what each of `total` such costs, in values that are added. */
interface Cut {
  readonly total: number;
  readonly unit: number;
  readonly cost: number;
  /** Arguments of the part that begins at `from` and has `count`. */
  readonly part: (from: number, count: number) => number[];
}
type Cutter = (...args: number[]) => Cut;

/** Below so many values it takes longer to tell another thread than to compute. */
const LEAST = 50_000;
const FLOAT = 4;
/** So much slower than an addition, each value. */
const TRANSCENDENTAL = 10;
/** So many products of a sum in the time of an addition elsewhere. */
const PRODUCTS = 4;
/** Tiles of the product: 6 rows by 8 columns. A part of fewer would be computed in another order. */
const [ROWS, COLUMNS] = [6, 8];

/** A part for each of `threads`, twice as many of much; nothing where it is not worth it. @param least of the cost */
export function partsOf(name: keyof Exports, args: Args, threads: number, least = LEAST): number[][] | undefined {
  const cut = CUTTERS[name]?.(...args);
  if (!cut) return undefined;
  const cost = cut.total * cut.cost;
  const units = Math.floor(cut.total / cut.unit);
  const parts = Math.min(units, cost < 8 * least ? threads : 2 * threads, MOST_PARTS);
  if (parts < 2 || cost < least) return undefined;
  const bound = (i: number) => (i === parts ? cut.total : Math.floor((i * units) / parts) * cut.unit);
  return Array.from({ length: parts }, (_, i) => cut.part(bound(i), bound(i + 1) - bound(i)));
}

const unary =
  (cost: number): Cutter =>
  (n, x = 0, out = 0) => ({ total: n as number, unit: 16, cost, part: (from, count) => [count, x + FLOAT * from, out + FLOAT * from] });

const binary =
  (cost: number): Cutter =>
  (...args) => {
    const [rows, n, a, aRow, aStride, b, bRow, bStride, out] = args as [number, number, number, number, number, number, number, number, number];
    if (rows === 1)
      return {
        total: n,
        unit: 16,
        cost,
        part: (from, count) => [1, count, a + FLOAT * from * aStride, aRow, aStride, b + FLOAT * from * bStride, bRow, bStride, out + FLOAT * from],
      };
    return {
      total: rows,
      unit: 1,
      cost: n * cost,
      part: (from, count) => [count, n, a + FLOAT * from * aRow, aRow, aStride, b + FLOAT * from * bRow, bRow, bStride, out + FLOAT * from * n],
    };
  };

const CUTTERS: Partial<Record<keyof Exports, Cutter>> = {
  ...Object.fromEntries(["neg", "square", "sqrt", "rsqrt", "cube", "threeHalves", "relu"].map((name) => [name, unary(1)])),
  ...Object.fromEntries(["exp", "tanh", "erf", "sigmoid"].map((name) => [name, unary(TRANSCENDENTAL)])),
  ...Object.fromEntries(["add", "sub", "mul", "div", "max", "min", "squaredDifference", "tanhGradient", "rsqrtGradient"].map((name) => [name, binary(1)])),
  erfGradient: binary(TRANSCENDENTAL),
  softmax: (x = 0, rows = 0, n = 0, out = 0) => ({
    total: rows,
    unit: 1,
    cost: n * TRANSCENDENTAL,
    part: (from, count) => [x + FLOAT * from * n, count, n, out + FLOAT * from * n],
  }),
  softmaxGradient: (dy = 0, y = 0, rows = 0, n = 0, out = 0) => {
    const at = (address: number, from: number) => address + FLOAT * from * n;
    return { total: rows, unit: 1, cost: 2 * n, part: (from, count) => [at(dy, from), at(y, from), count, n, at(out, from)] };
  },
  sum: (x = 0, outer = 0, n = 0, inner = 0, scale = 1, out = 0, scratch = 0) => ({
    total: outer,
    unit: 1,
    cost: n * inner,
    part: (from, count) => [x + FLOAT * from * n * inner, count, n, inner, scale, out + FLOAT * from * inner, scratch],
  }),
  maximum: (x = 0, outer = 0, n = 0, inner = 0, out = 0) => ({
    total: outer,
    unit: 1,
    cost: n * inner,
    part: (from, count) => [x + FLOAT * from * n * inner, count, n, inner, out + FLOAT * from * inner],
  }),
  copyRows: (x = 0, xRow = 0, out = 0, outRow = 0, rows = 0, n = 0) => ({
    total: rows,
    unit: 1,
    cost: n,
    part: (from, count) => [x + FLOAT * from * xRow, xRow, out + FLOAT * from * outRow, outRow, count, n],
  }),
  spread: (x = 0, rows = 0, n = 0, xRow = 0, xStride = 0, scale = 1, out = 0) => ({
    total: rows,
    unit: 1,
    cost: n,
    part: (from, count) => [x + FLOAT * from * xRow, count, n, xRow, xStride, scale, out + FLOAT * from * n],
  }),
  permute: (x = 0, out = 0, ...loops) => {
    const [sizes, strides] = [loops.slice(0, 5), loops.slice(5)];
    const axis = Math.max(
      0,
      sizes.findIndex((size) => size > 1),
    );
    const inner = sizes.slice(axis + 1).reduce((product, size) => product * size, 1);
    return {
      total: sizes[axis] as number,
      unit: axis < 3 ? 1 : 4, // the last two are moved by squares
      cost: inner,
      part: (from, count) => [x + FLOAT * from * (strides[axis] as number), out + FLOAT * from * inner, ...sizes.with(axis, count), ...strides],
    };
  },
  adam: (n = 0, ...rest) => ({
    total: n,
    unit: 16,
    cost: 3,
    part: (from, count) => [count, ...rest.slice(0, 5).map((address) => address + FLOAT * from), ...rest.slice(5)],
  }),
  matmul: (...args) => {
    const [batch, a, aMatrix, aRow, aColumn, b, bMatrix, bRow, bColumn, c, cRow, m, n, k, scratch] = args as unknown as Product;
    const cost = (k * m * n) / PRODUCTS;
    const part = (count: number, A: number, B: number, C: number, rows: number, columns: number) => [
      count,
      a + FLOAT * A,
      aMatrix,
      aRow,
      aColumn,
      b + FLOAT * B,
      bMatrix,
      bRow,
      bColumn,
      c + FLOAT * C,
      cRow,
      rows,
      columns,
      k,
      scratch,
    ];
    if (batch > 1) return { total: batch, unit: 1, cost, part: (from, count) => part(count, from * aMatrix, from * bMatrix, from * m * cRow, m, n) };
    if (m === 1 || n === 1) return { total: 1, unit: 1, cost: 0, part: () => [...args] };
    // What is not cut is packed for each part.
    if (m >= n) return { total: m, unit: ROWS, cost: cost / m, part: (from, count) => part(1, from * aRow, 0, from * cRow, count, n) };
    return { total: n, unit: COLUMNS, cost: cost / n, part: (from, count) => part(1, 0, from * bColumn, from, m, count) };
  },
};

type Product = [
  batch: number,
  a: number,
  aMatrix: number,
  aRow: number,
  aColumn: number,
  b: number,
  bMatrix: number,
  bRow: number,
  bColumn: number,
  c: number,
  cRow: number,
  m: number,
  n: number,
  k: number,
  scratch: number,
];
