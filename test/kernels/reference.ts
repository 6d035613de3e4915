/** What the kernels are to compute, in double precision and as plainly as it can be written. */

export interface NdArray {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

type Index = readonly number[];

export const sizeOf = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);

/** Every place of a shape, the last axis fastest. */
export function indices(shape: readonly number[]): number[][] {
  return Array.from({ length: sizeOf(shape) }, (_, flat) => {
    const index = new Array<number>(shape.length);
    for (let axis = shape.length - 1, rest = flat; axis >= 0; axis--) {
      const size = shape[axis] as number;
      index[axis] = rest % size;
      rest = Math.floor(rest / size);
    }
    return index;
  });
}

export const generate = (shape: readonly number[], f: (index: Index) => number): NdArray => ({ shape, data: indices(shape).map(f) });

/** The value at an index of a shape that this one is spread over. */
export function at({ shape, data }: NdArray, index: Index): number {
  const own = index.slice(index.length - shape.length);
  const flat = shape.reduce((sum, size, axis) => sum * size + (size === 1 ? 0 : (own[axis] as number)), 0);
  return data[flat] as number;
}

export function broadcast(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  const size = (shape: readonly number[], axis: number) => shape[axis - rank + shape.length] ?? 1;
  return Array.from({ length: rank }, (_, axis) => (size(a, axis) === 1 ? size(b, axis) : size(a, axis)));
}

export const zip = (a: NdArray, b: NdArray, f: (x: number, y: number) => number): NdArray =>
  generate(broadcast(a.shape, b.shape), (index) => f(at(a, index), at(b, index)));

export const map = ({ shape, data }: NdArray, f: (x: number) => number): NdArray => ({ shape, data: data.map(f) });

export function transpose(x: NdArray, order: readonly number[]): NdArray {
  return generate(
    order.map((axis) => x.shape[axis] as number),
    (index) => {
      const from = new Array<number>(index.length);
      order.forEach((axis, i) => {
        from[axis] = index[i] as number;
      });
      return at(x, from);
    },
  );
}

const lastTwoSwapped = (x: NdArray): NdArray => transpose(x, [...x.shape.keys()].toSpliced(-2, 2, x.shape.length - 1, x.shape.length - 2));

export function matMul(a: NdArray, b: NdArray, transposeA = false, transposeB = false): NdArray {
  const [left, right] = [transposeA ? lastTwoSwapped(a) : a, transposeB ? lastTwoSwapped(b) : b];
  const [m, k, n] = [left.shape.at(-2), left.shape.at(-1), right.shape.at(-1)] as [number, number, number];
  const shape = [...broadcast(left.shape.slice(0, -2), right.shape.slice(0, -2)), m, n];
  return generate(shape, (index) => {
    const [batch, i, j] = [index.slice(0, -2), index.at(-2) as number, index.at(-1) as number];
    let sum = 0;
    for (let p = 0; p < k; p++) sum += at(left, [...batch, i, p]) * at(right, [...batch, p, j]);
    return sum;
  });
}

/** `f` of the values along the axes, for each place of the others. */
export function reduce(x: NdArray, axes: readonly number[], f: (values: readonly number[]) => number): NdArray {
  const groups = new Map<string, number[]>();
  indices(x.shape).forEach((index, flat) => {
    const key = index.filter((_, axis) => !axes.includes(axis)).join();
    groups.set(key, [...(groups.get(key) ?? []), x.data[flat] as number]);
  });
  return { shape: x.shape.filter((_, axis) => !axes.includes(axis)), data: [...groups.values()].map(f) };
}

export const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

export function softmax(x: NdArray): NdArray {
  const n = x.shape.at(-1) as number;
  const data: number[] = [];
  for (let row = 0; row < x.data.length; row += n) {
    const values = x.data.slice(row, row + n);
    const most = Math.max(...values);
    const parts = values.map((v) => Math.exp(v - most));
    data.push(...parts.map((e) => e / sum(parts)));
  }
  return { shape: x.shape, data };
}

export function layerNorm(x: NdArray, gain: NdArray, bias: NdArray, epsilon = 1e-5): NdArray {
  const n = x.shape.at(-1) as number;
  const rows = Array.from({ length: x.data.length / n }, (_, row) => x.data.slice(row * n, (row + 1) * n));
  const data = rows.flatMap((values) => {
    const mean = sum(values) / n;
    const deviation = Math.sqrt(sum(values.map((v) => (v - mean) ** 2)) / n + epsilon);
    return values.map((v, i) => ((v - mean) / deviation) * (gain.data[i] as number) + (bias.data[i] as number));
  });
  return { shape: x.shape, data };
}

export const gelu = (x: number): number => (x * (1 + erf(x / Math.SQRT2))) / 2;
export const geluByTanh = (x: number): number => (x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)))) / 2;

export function crossEntropy(logits: NdArray, labels: readonly number[]): NdArray {
  const n = logits.shape.at(-1) as number;
  const losses = labels.map((label, row) => {
    const values = logits.data.slice(row * n, (row + 1) * n);
    const most = Math.max(...values);
    return Math.log(sum(values.map((v) => Math.exp(v - most)))) + most - (values[label] as number);
  });
  return { shape: [], data: [sum(losses) / labels.length] };
}

/** The Taylor series up to 3, beyond it the continued fraction of erfc: both to the last digits of a double. */
export function erf(x: number): number {
  const a = Math.abs(x);
  if (Number.isNaN(x) || a > 6) return Math.sign(x);
  if (a > 3) {
    let f = a;
    for (let k = 60; k > 0; k--) f = a + k / 2 / f;
    return Math.sign(x) * (1 - Math.exp(-a * a) / (f * Math.sqrt(Math.PI)));
  }
  let [term, total] = [x, x];
  for (let n = 1; n < 120; n++) {
    term *= (-x * x) / n;
    total += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * total;
}
