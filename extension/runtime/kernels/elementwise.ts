/** Operations on each value by itself. Other types than floats stay with the backend's own kernels. */
import * as tf from "../tensors.ts";
import { areFloats, type KernelPack, sizeOf } from "./pack.ts";
import { broadcastStrides, collapse, walk } from "./strides.ts";

/** Kernel names by their numbers in `assembly/elementwise.ts`; the last three are gradients: of dy and y or x. */
const BINARY = ["Add", "Sub", "Multiply", "RealDiv", "Maximum", "Minimum", "SquaredDifference", "TanhGrad", "ErfGrad", "RsqrtGrad"];
const UNARY = ["Exp", "Tanh", "Erf", "Neg", "Square", "Sqrt", "Rsqrt", "Sigmoid", "Cube", "PowerOfThreeHalves", "Relu"];
/** The numbers of powers that are cheaper than a logarithm. */
const POWERS = new Map([
  [2, UNARY.indexOf("Square")],
  [3, UNARY.indexOf("Cube")],
  [0.5, UNARY.indexOf("Sqrt")],
  [-0.5, UNARY.indexOf("Rsqrt")],
  [1.5, UNARY.indexOf("PowerOfThreeHalves")],
]);

export function registerElementwise(pack: KernelPack): void {
  BINARY.forEach((name, op) => {
    pack.register(name, (call, published) => {
      const { a, b } = call.inputs as { a: tf.TensorInfo; b: tf.TensorInfo };
      return areFloats(a, b) ? binary(pack, op, a, b) : published(call);
    });
  });
  UNARY.forEach((name, op) => {
    pack.register(name, (call, published) => {
      const { x } = call.inputs as { x: tf.TensorInfo };
      return areFloats(x) ? unary(pack, op, x) : published(call);
    });
  });
  pack.register("Pow", (call, published) => {
    const { a, b } = call.inputs as { a: tf.TensorInfo; b: tf.TensorInfo };
    const op =
      areFloats(a, b) && sizeOf(b.shape) === 1 && b.shape.length <= a.shape.length ? POWERS.get(pack.backend.typedArrayFromHeap(b)[0] as number) : undefined;
    return op === undefined ? published(call) : unary(pack, op, a);
  });
}

function unary(pack: KernelPack, op: number, x: tf.TensorInfo): tf.TensorInfo {
  const out = pack.output(x.shape);
  pack.call.unary(op, sizeOf(x.shape), pack.address(x), pack.address(out));
  return out;
}

function binary(pack: KernelPack, op: number, a: tf.TensorInfo, b: tf.TensorInfo): tf.TensorInfo {
  const shape = tf.util.arraysEqual(a.shape, b.shape) ? a.shape : tf.broadcast_util.assertAndGetBroadcastShape(a.shape, b.shape);
  const out = pack.output(shape);
  const [size, aSize, bSize] = [sizeOf(shape), sizeOf(a.shape), sizeOf(b.shape)];
  const [A, B, C] = [pack.address(a), pack.address(b), pack.address(out)];
  if ((aSize === size || aSize === 1) && (bSize === size || bSize === 1)) {
    pack.call.binary(op, 1, size, A, 0, aSize === size ? 1 : 0, B, 0, bSize === size ? 1 : 0, C);
    return out;
  }
  const loops = collapse(shape, [broadcastStrides(a.shape, shape), broadcastStrides(b.shape, shape)]);
  const depth = loops.sizes.length;
  const rows = loops.sizes[depth - 2] ?? 1;
  const n = loops.sizes[depth - 1] as number;
  const [[aRow = 0, aStride = 0] = [], [bRow = 0, bStride = 0] = []] = loops.strides.map((own) => (depth > 1 ? own.slice(-2) : [0, ...own]));
  walk(loops, 2, ([a0, b0], place) =>
    pack.call.binary(op, rows, n, A + 4 * (a0 as number), aRow, aStride, B + 4 * (b0 as number), bRow, bStride, C + 4 * place * rows * n),
  );
  return out;
}
