/** Arrays in double precision, plain enough to be believed: what the backends are compared with. */
import { sizeOf } from "../../extension/protocol/tensor.ts";

export interface Doubles {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

type Index = readonly number[];

/** An array of the shape, each element from its index. */
export function build(shape: readonly number[], element: (...index: number[]) => number): Doubles {
  const data = new Float64Array(sizeOf(shape));
  const index = shape.map(() => 0);
  for (let i = 0; i < data.length; i++) {
    data[i] = element(...index);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] = (index[axis] as number) + 1;
      if ((index[axis] as number) < (shape[axis] as number)) break;
      index[axis] = 0;
    }
  }
  return { shape, data };
}

/** An element; an axis of length 1, or one that is not there, is the same everywhere. */
export function at({ shape, data }: Doubles, ...index: Index): number {
  const missing = index.length - shape.length;
  let offset = 0;
  for (let axis = 0; axis < shape.length; axis++) offset = offset * (shape[axis] as number) + (shape[axis] === 1 ? 0 : (index[axis + missing] as number));
  return data[offset] as number;
}

/** Element by element, with broadcasting. */
export function map(f: (...values: number[]) => number, ...xs: readonly Doubles[]): Doubles {
  const rank = Math.max(...xs.map(({ shape }) => shape.length));
  const shape = Array.from({ length: rank }, (_, axis) => Math.max(...xs.map((x) => x.shape.at(axis - rank) ?? 1)));
  return build(shape, (...index) => f(...xs.map((x) => at(x, ...index))));
}

/** Over the last axis, which becomes of length 1. */
export const fold = (f: (values: readonly number[]) => number, x: Doubles): Doubles => build([...x.shape.slice(0, -1), 1], (...index) => f(row(x, index)));

/** The last axis at an index, whose own last entry does not count. */
export const row = (x: Doubles, index: Index): number[] => Array.from({ length: x.shape.at(-1) as number }, (_, i) => at(x, ...index.slice(0, -1), i));

export const reshape = (x: Doubles, shape: readonly number[]): Doubles => ({ shape, data: x.data });

/** The two last axes exchanged. */
export const transposed = (x: Doubles): Doubles =>
  build([...x.shape.slice(0, -2), x.shape.at(-1) as number, x.shape.at(-2) as number], (...index) =>
    at(x, ...index.slice(0, -2), index.at(-1) as number, index.at(-2) as number),
  );

/** a [..., n, k] times b [..., k, m] */
export function product(a: Doubles, b: Doubles): Doubles {
  const [n, k, m] = [a.shape.at(-2) as number, a.shape.at(-1) as number, b.shape.at(-1) as number];
  const lead = a.shape.length >= b.shape.length ? a.shape.slice(0, -2) : b.shape.slice(0, -2);
  const lone = b.data.length === k * m; // one matrix for all of a batch
  let element = 0;
  return build([...lead, n, m], () => {
    const [matrix, i, j] = [Math.floor(element / (n * m)), Math.floor(element / m) % n, element % m];
    element++;
    let total = 0;
    for (let p = 0; p < k; p++) total += (a.data[(matrix * n + i) * k + p] as number) * (b.data[((lone ? 0 : matrix) * k + p) * m + j] as number);
    return total;
  });
}

export const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
export const mean = (values: readonly number[]): number => sum(values) / values.length;
export const softmax = (x: Doubles): Doubles => {
  const powers = map(
    (v, top) => Math.exp(v - top),
    x,
    fold((values) => Math.max(...values), x),
  );
  return map((v, total) => v / total, powers, fold(sum, powers));
};

/** Abramowitz and Stegun 7.1.5, the series, where it converges without loss; 7.1.14, the continued fraction, elsewhere. */
export function erf(x: number): number {
  const z = Math.abs(x);
  if (z > 2.5) {
    let fraction = z;
    for (let n = 80; n > 0; n--) fraction = z + n / 2 / fraction;
    return Math.sign(x) * (1 - Math.exp(-z * z) / (Math.sqrt(Math.PI) * fraction));
  }
  let [total, term] = [x, x];
  for (let n = 1; Math.abs(term) > 1e-17; n++) {
    term *= (-x * x) / n;
    total += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * total;
}

/** The gradient of sum(f(xs) * weights) in each of xs, by central differences. */
export function gradients(f: (xs: readonly Doubles[]) => Doubles, xs: readonly Doubles[], weights: Doubles): Doubles[] {
  const step = 1e-5;
  const loss = (changed: readonly Doubles[]) => sum(Array.from(f(changed).data, (value, i) => value * (weights.data[i] as number)));
  return xs.map((x, which) => {
    const moved = (i: number, by: number) => xs.map((other, j) => (j === which ? { ...x, data: x.data.with(i, (x.data[i] as number) + by) } : other));
    return { shape: x.shape, data: x.data.map((_, i) => (loss(moved(i, step)) - loss(moved(i, -step))) / (2 * step)) };
  });
}

/** How those gradients change along a direction, by central differences: the product of the Hessian with it. */
export function bends(f: (xs: readonly Doubles[]) => Doubles, xs: readonly Doubles[], direction: readonly Doubles[], weights: Doubles): Doubles[] {
  const step = 1e-4;
  const [ahead, behind] = [step, -step].map((by) => {
    const moved = xs.map((x, i) => map((v, d) => v + by * d, x, direction[i] as Doubles));
    return gradients(f, moved, weights);
  }) as [Doubles[], Doubles[]];
  return ahead.map((slope, i) => map((a, b) => (a - b) / (2 * step), slope, behind[i] as Doubles));
}
