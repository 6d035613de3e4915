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
/** So many rows are summed up on their own by the gradient of layer norm. */
export const STRETCH = 64;
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

/**
 * Places that lie one after the other in memory.
 * @param counted which argument says how many there are @param floats by argument: how many lie between an address of one place and of the next
 */
const along = (args: Args, counted: number, floats: Readonly<Record<number, number>>, cost: number, unit = 1): Cut => ({
  total: args[counted] as number,
  unit,
  cost,
  part: (from, count) => args.map((arg, i) => (i === counted ? count : arg + FLOAT * from * (floats[i] ?? 0))),
});

const unary =
  (cost: number): Cutter =>
  (...args) =>
    along(args, 0, { 1: 1, 2: 1 }, cost, 16);

const binary =
  (cost: number): Cutter =>
  (...args) => {
    const [rows, n, , aRow, aStride, , bRow, bStride] = args as Binary;
    return rows === 1 ? along(args, 1, { 2: aStride, 5: bStride, 8: 1 }, cost, 16) : along(args, 0, { 2: aRow, 5: bRow, 8: n }, n * cost);
  };
type Binary = [rows: number, n: number, a: number, aRow: number, aStride: number, b: number, bRow: number, bStride: number, out: number];

const CUTTERS: Partial<Record<keyof Exports, Cutter>> = {
  ...Object.fromEntries(["neg", "square", "sqrt", "rsqrt", "cube", "threeHalves", "relu"].map((name) => [name, unary(1)])),
  ...Object.fromEntries(["exp", "tanh", "erf", "sigmoid", "gelu", "geluTanh"].map((name) => [name, unary(TRANSCENDENTAL)])),
  ...Object.fromEntries(["add", "sub", "mul", "div", "max", "min", "squaredDifference", "tanhGradient", "rsqrtGradient"].map((name) => [name, binary(1)])),
  ...Object.fromEntries(["erfGradient", "geluGradient", "geluTanhGradient"].map((name) => [name, binary(TRANSCENDENTAL)])),
  softmax: (x = 0, rows = 0, n = 0, out = 0) => along([x, rows, n, out], 1, { 0: n, 3: n }, n * TRANSCENDENTAL),
  softmaxGradient: (dy = 0, y = 0, rows = 0, n = 0, out = 0) => along([dy, y, rows, n, out], 2, { 0: n, 1: n, 4: n }, 2 * n),
  layerNorm: (x = 0, gain = 0, bias = 0, rows = 0, n = 0, ...rest) => along([x, gain, bias, rows, n, ...rest], 3, { 0: n, 6: n }, 3 * n),
  layerNormGradient: (dy = 0, x = 0, gain = 0, rows = 0, n = 0, ...rest) =>
    along([dy, x, gain, rows, n, ...rest], 3, { 0: n, 1: n, 6: n, 7: n / STRETCH, 8: n / STRETCH }, 6 * n, STRETCH),
  crossEntropy: (x = 0, labels = 0, rows = 0, n = 0, ...rest) => along([x, labels, rows, n, ...rest], 2, { 0: n, 1: 1, 4: 1 }, n * TRANSCENDENTAL),
  crossEntropyGradient: (x = 0, labels = 0, rows = 0, n = 0, ...rest) => along([x, labels, rows, n, ...rest], 2, { 0: n, 1: 1, 5: n }, n * TRANSCENDENTAL),
  sum: (x = 0, outer = 0, n = 0, inner = 0, ...rest) => along([x, outer, n, inner, ...rest], 1, { 0: n * inner, 5: inner }, n * inner),
  maximum: (x = 0, outer = 0, n = 0, inner = 0, out = 0) => along([x, outer, n, inner, out], 1, { 0: n * inner, 4: inner }, n * inner),
  copyRows: (x = 0, xRow = 0, out = 0, outRow = 0, rows = 0, n = 0) => along([x, xRow, out, outRow, rows, n], 4, { 0: xRow, 2: outRow }, n),
  spread: (x = 0, rows = 0, n = 0, xRow = 0, ...rest) => along([x, rows, n, xRow, ...rest], 1, { 0: xRow, 6: n }, n),
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
  adam: (...args) => along(args, 0, { 1: 1, 2: 1, 3: 1, 4: 1, 5: 1 }, 3, 16),
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
