/** Values that move: transposed, cut out, put together, looked up. Types of 4 bytes; others stay with the backend's own kernels. */
import * as tf from "../tensors.ts";
import { areWide, type KernelPack, sizeOf } from "./pack.ts";
import { broadcastStrides, collapse, walk } from "./strides.ts";

const LOOPS = 5;

export function registerLayout(pack: KernelPack): void {
  // The published one copies, and the tape takes a copy of whatever a gradient may need.
  pack.register("Identity", (call, published) => {
    const { x } = call.inputs as { x: tf.TensorInfo };
    return areWide(x) ? pack.alias(x, x.shape) : published(call);
  });
  pack.register("Cast", (call, published) => {
    const { x } = call.inputs as { x: tf.TensorInfo };
    return areWide(x) && x.dtype === (call.attrs as unknown as { dtype: tf.DataType }).dtype ? pack.alias(x, x.shape) : published(call);
  });
  pack.register("Transpose", (call, published) => {
    const { x } = call.inputs as { x: tf.TensorInfo };
    return (areWide(x) && permute(pack, x, (call.attrs as unknown as { perm: number[] }).perm)) || published(call);
  });
  pack.register("Slice", (call, published) => {
    const { x } = call.inputs as { x: tf.TensorInfo };
    const { begin, size } = call.attrs as unknown as { begin: number[]; size: number[] };
    return (areWide(x) && slice(pack, x, ...(tf.slice_util.parseSliceParams(x as tf.Tensor, begin, size) as [number[], number[]]))) || published(call);
  });
  registerParts(pack);
}

function registerParts(pack: KernelPack): void {
  pack.register("SplitV", (call, published) => {
    const { x } = call.inputs as { x: tf.TensorInfo };
    const { numOrSizeSplits, axis } = call.attrs as unknown as { numOrSizeSplits: number | number[]; axis: number };
    const along = tf.util.parseAxisParam(axis, x.shape)[0] as number;
    return areWide(x) ? split(pack, x, along, tf.backend_util.prepareSplitSize(x as tf.Tensor, numOrSizeSplits, along)) : published(call);
  });
  pack.register("Unpack", (call, published) => {
    const { value } = call.inputs as { value: tf.TensorInfo };
    const along = tf.util.parseAxisParam((call.attrs as unknown as { axis: number }).axis, value.shape)[0] as number;
    if (!areWide(value)) return published(call);
    const parts = split(pack, value, along, new Array<number>(value.shape[along] as number).fill(1));
    return parts.map((part) => ({ ...part, shape: part.shape.toSpliced(along, 1) }));
  });
  pack.register("Concat", (call, published) => {
    const parts = call.inputs as unknown as tf.TensorInfo[];
    const shapes = parts.map(({ shape }) => shape);
    const along = tf.util.parseAxisParam((call.attrs as unknown as { axis: number }).axis, shapes[0] as number[])[0] as number;
    if (!areWide(...parts) || parts.length === 1) return published(call);
    tf.backend_util.assertParamsConsistent(shapes, along);
    return join(pack, parts, tf.backend_util.computeOutShape(shapes, along), along);
  });
  pack.register("Pack", (call, published) => {
    const parts = call.inputs as unknown as tf.TensorInfo[];
    const [{ shape }] = parts as [tf.TensorInfo];
    const { axis: asked } = call.attrs as unknown as { axis: number };
    const axis = asked < 0 ? asked + shape.length + 1 : asked; // of the result, which has one more
    if (!areWide(...parts) || parts.some((part) => !tf.util.arraysEqual(part.shape, shape))) return published(call);
    return join(pack, parts, shape.toSpliced(axis, 0, parts.length), axis);
  });
}

/** @returns nothing where there are more axes than the kernel has loops */
export function permute(pack: KernelPack, x: tf.TensorInfo, order: readonly number[]): tf.TensorInfo | undefined {
  const strides = tf.util.computeStrides([...x.shape, 1]);
  const shape = order.map((axis) => x.shape[axis] as number);
  return strided(
    pack,
    x,
    0,
    shape,
    order.map((axis) => strides[axis] as number),
  );
}

function slice(pack: KernelPack, x: tf.TensorInfo, begin: readonly number[], size: number[]): tf.TensorInfo | undefined {
  const strides = tf.util.computeStrides([...x.shape, 1]);
  const start = begin.reduce((sum, first, axis) => sum + first * (strides[axis] as number), 0);
  return strided(pack, x, start, size, strides);
}

/** A dense copy of what is found at `start` and on at these strides. */
function strided(pack: KernelPack, x: tf.TensorInfo, start: number, shape: number[], axes: readonly number[]): tf.TensorInfo | undefined {
  const { sizes, strides } = collapse(shape, [axes]);
  if (sizes.length > LOOPS) return undefined;
  const out = pack.output(shape, x.dtype);
  const missing = LOOPS - sizes.length;
  const [loops, steps] = [new Array<number>(missing).fill(1).concat(sizes), new Array<number>(missing).fill(1).concat(strides[0] as number[])];
  pack.call.permute(pack.address(x) + 4 * start, pack.address(out), ...loops, ...steps);
  return out;
}

function split(pack: KernelPack, x: tf.TensorInfo, axis: number, sizes: readonly number[]): tf.TensorInfo[] {
  const rows = sizeOf(x.shape.slice(0, axis));
  const inner = sizeOf(x.shape.slice(axis + 1));
  const row = sizeOf(x.shape.slice(axis));
  let from = pack.address(x);
  return sizes.map((size) => {
    const out = pack.output(x.shape.with(axis, size), x.dtype);
    pack.call.copyRows(from, row, pack.address(out), size * inner, rows, size * inner);
    from += 4 * size * inner;
    return out;
  });
}

function join(pack: KernelPack, parts: readonly tf.TensorInfo[], shape: number[], axis: number): tf.TensorInfo {
  const out = pack.output(shape, (parts[0] as tf.TensorInfo).dtype);
  const rows = sizeOf(shape.slice(0, axis));
  const row = sizeOf(shape.slice(axis));
  let to = pack.address(out);
  for (const part of parts) {
    const width = rows === 0 ? 0 : sizeOf(part.shape) / rows;
    pack.call.copyRows(pack.address(part), width, to, row, rows, width);
    to += 4 * width;
  }
  return out;
}

/** scale * x, repeated to a shape that it can be spread over. */
export function spread(pack: KernelPack, x: tf.TensorInfo, shape: number[], scale: number): tf.TensorInfo {
  const out = pack.output(shape);
  const loops = collapse(shape, [broadcastStrides(x.shape, shape)]);
  const depth = loops.sizes.length;
  const [rows, n] = [loops.sizes[depth - 2] ?? 1, loops.sizes[depth - 1] ?? 1];
  const [row, stride] = [loops.strides[0]?.[depth - 2] ?? 0, loops.strides[0]?.[depth - 1] ?? 0];
  walk(loops, 2, ([from], place) =>
    pack.call.spread(pack.address(x) + 4 * (from as number), rows, n, row, stride, scale, pack.address(out) + 4 * place * rows * n),
  );
  return out;
}
