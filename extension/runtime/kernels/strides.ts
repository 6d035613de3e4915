/** Axes put together as far as their strides allow, so that a kernel needs few loops. */

export interface Loops {
  readonly sizes: number[];
  /** For each operand the elements between neighbours along each of the sizes; 0 repeats. */
  readonly strides: number[][];
}

/** Strides of a dense tensor of this shape when it is spread over `out`; NumPy's rule. */
export function broadcastStrides(shape: readonly number[], out: readonly number[]): number[] {
  const strides = new Array<number>(out.length).fill(0);
  let stride = 1;
  for (let axis = out.length - 1, own = shape.length - 1; own >= 0; axis--, own--) {
    const size = shape[own] as number;
    if (size !== 1) strides[axis] = stride;
    stride *= size;
  }
  return strides;
}

/** Leaves out axes of size 1 and joins neighbours that every operand walks through evenly. */
export function collapse(shape: readonly number[], operands: readonly (readonly number[])[]): Loops {
  const sizes: number[] = [];
  const strides: number[][] = operands.map(() => []);
  for (let axis = 0; axis < shape.length; axis++) {
    const size = shape[axis] as number;
    if (size === 1) continue;
    const last = sizes.length - 1;
    const joins = last >= 0 && operands.every((own, i) => (strides[i] as number[])[last] === (own[axis] as number) * size);
    if (joins) sizes[last] = (sizes[last] as number) * size;
    else sizes.push(size);
    operands.forEach((own, i) => {
      (strides[i] as number[])[sizes.length - 1] = own[axis] as number;
    });
  }
  return { sizes, strides };
}

/** Calls `visit` with the offsets of every place of the outer loops, which are all but the last `inner`. */
export function walk({ sizes, strides }: Loops, inner: number, visit: (offsets: readonly number[], place: number) => void): void {
  const outer = sizes.slice(0, Math.max(0, sizes.length - inner));
  const count = outer.reduce((n, d) => n * d, 1);
  const offsets = strides.map(() => 0);
  for (let place = 0; place < count; place++) {
    offsets.fill(0);
    for (let axis = outer.length - 1, rest = place; axis >= 0; axis--) {
      const size = outer[axis] as number;
      const index = rest % size;
      rest = (rest - index) / size;
      for (let i = 0; i < offsets.length; i++) offsets[i] = (offsets[i] as number) + index * ((strides[i] as number[])[axis] as number);
    }
    visit(offsets, place);
  }
}
