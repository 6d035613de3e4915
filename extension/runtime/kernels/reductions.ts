/** Sum, mean and maximum over any axes. */
import * as tf from "../tensors.ts";
import { permute } from "./layout.ts";
import { areFloats, type KernelPack, sizeOf } from "./pack.ts";

export function registerReductions(pack: KernelPack): void {
  for (const name of ["Sum", "Mean", "Max"]) {
    pack.register(name, (call, published) => {
      const { x } = call.inputs as { x: tf.TensorInfo };
      const { axis, reductionIndices = axis, keepDims } = call.attrs as unknown as { axis: number[]; reductionIndices?: number[]; keepDims: boolean };
      const axes = tf.util.parseAxisParam(reductionIndices, x.shape);
      return (areFloats(x) && reduce(pack, name, x, axes, keepDims)) || published(call);
    });
  }
}

/** @returns nothing where the axes are too scattered */
function reduce(pack: KernelPack, name: string, x: tf.TensorInfo, axes: readonly number[], keepDims: boolean): tf.TensorInfo | undefined {
  const isReduced = (_: number, axis: number) => axes.includes(axis);
  const isKept = (_: number, axis: number) => !axes.includes(axis);
  const middle = middleOf(x.shape, axes);
  const all = [...x.shape.keys()];
  const moved = middle ? undefined : permute(pack, x, [...all.filter(isKept), ...all.filter(isReduced)]);
  if (!middle && !moved) return undefined;
  const n = sizeOf(x.shape.filter(isReduced));
  const [outer, inner] = middle ?? [sizeOf(x.shape.filter(isKept)), 1];
  const out = pack.output(keepDims ? x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size)) : x.shape.filter(isKept));
  const scratch = pack.scratch(4 * inner);
  const from = pack.address(moved ?? x);
  if (name === "Max") pack.call.maximum(from, outer, n, inner, pack.address(out));
  else pack.call.sum(from, outer, n, inner, name === "Mean" ? 1 / n : 1, pack.address(out), scratch);
  if (moved) pack.backend.disposeData(moved.dataId);
  return out;
}

/** Sizes before and after the reduced axes, where these are neighbours (an axis of size 1 may lie anywhere). */
function middleOf(shape: readonly number[], axes: readonly number[]): [outer: number, inner: number] | undefined {
  const long = shape.map((size, axis) => ({ size, reduced: axes.includes(axis) })).filter(({ size }) => size !== 1);
  const first = long.findIndex(({ reduced }) => reduced);
  if (first < 0) return [sizeOf(shape), 1];
  const last = long.findLastIndex(({ reduced }) => reduced);
  if (long.slice(first, last).some(({ reduced }) => !reduced)) return undefined;
  return [sizeOf(long.slice(0, first).map(({ size }) => size)), sizeOf(long.slice(last + 1).map(({ size }) => size))];
}
