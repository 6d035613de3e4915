/** Operations on each value by itself. Other types than floats stay with the backend's own kernels. */
import * as tf from "../tensors.ts";
import { areFloats, type BinaryName, type KernelPack, sizeOf, type UnaryName } from "./pack.ts";
import { broadcastStrides, collapse, walk } from "./strides.ts";

/** The pack's operations by tfjs's names of kernels. */
const BINARY: Readonly<Record<string, BinaryName>> = {
  Add: "add",
  Sub: "sub",
  Multiply: "mul",
  RealDiv: "div",
  Maximum: "max",
  Minimum: "min",
  SquaredDifference: "squaredDifference",
  TanhGrad: "tanhGradient", // of dy and y
  ErfGrad: "erfGradient", // of dy and x
  RsqrtGrad: "rsqrtGradient", // of dy and x
  GeluGrad: "geluGradient", // of dy and x
  GeluTanhGrad: "geluTanhGradient", // of dy and x
};
const UNARY: Readonly<Record<string, UnaryName>> = {
  Exp: "exp",
  Tanh: "tanh",
  Erf: "erf",
  Neg: "neg",
  Square: "square",
  Sqrt: "sqrt",
  Rsqrt: "rsqrt",
  Sigmoid: "sigmoid",
  Relu: "relu",
  Gelu: "gelu",
  GeluTanh: "geluTanh",
};
/** Powers that are cheaper than a logarithm. */
const POWERS: ReadonlyMap<number, UnaryName> = new Map([
  [2, "square"],
  [3, "cube"],
  [0.5, "sqrt"],
  [-0.5, "rsqrt"],
  [1.5, "threeHalves"],
]);

export function registerElementwise(pack: KernelPack): void {
  for (const [name, op] of Object.entries(BINARY)) {
    pack.register(name, (call, published) => {
      const { a, b } = call.inputs as { a: tf.TensorInfo; b: tf.TensorInfo };
      return areFloats(a, b) ? binary(pack, op, a, b) : published(call);
    });
  }
  for (const [name, op] of Object.entries(UNARY)) {
    pack.register(name, (call, published) => {
      const { x } = call.inputs as { x: tf.TensorInfo };
      return areFloats(x) ? unary(pack, op, x) : published(call);
    });
  }
  pack.register("Pow", (call, published) => {
    const { a, b } = call.inputs as { a: tf.TensorInfo; b: tf.TensorInfo };
    const op =
      areFloats(a, b) && sizeOf(b.shape) === 1 && b.shape.length <= a.shape.length ? POWERS.get(pack.backend.typedArrayFromHeap(b)[0] as number) : undefined;
    return op === undefined ? published(call) : unary(pack, op, a);
  });
}

function unary(pack: KernelPack, op: UnaryName, x: tf.TensorInfo): tf.TensorInfo {
  const out = pack.output(x.shape);
  pack.call[op](sizeOf(x.shape), pack.address(x), pack.address(out));
  return out;
}

function binary(pack: KernelPack, op: BinaryName, a: tf.TensorInfo, b: tf.TensorInfo): tf.TensorInfo {
  const shape = tf.util.arraysEqual(a.shape, b.shape) ? a.shape : tf.broadcast_util.assertAndGetBroadcastShape(a.shape, b.shape);
  const out = pack.output(shape);
  const [size, aSize, bSize] = [sizeOf(shape), sizeOf(a.shape), sizeOf(b.shape)];
  const [A, B, C] = [pack.address(a), pack.address(b), pack.address(out)];
  if ((aSize === size || aSize === 1) && (bSize === size || bSize === 1)) {
    pack.call[op](1, size, A, 0, aSize === size ? 1 : 0, B, 0, bSize === size ? 1 : 0, C);
    return out;
  }
  const loops = collapse(shape, [broadcastStrides(a.shape, shape), broadcastStrides(b.shape, shape)]);
  const depth = loops.sizes.length;
  const rows = loops.sizes[depth - 2] ?? 1;
  const n = loops.sizes[depth - 1] as number;
  const [[aRow = 0, aStride = 0] = [], [bRow = 0, bStride = 0] = []] = loops.strides.map((own) => (depth > 1 ? own.slice(-2) : [0, ...own]));
  walk(loops, 2, ([a0, b0], place) =>
    pack.call[op](rows, n, A + 4 * (a0 as number), aRow, aStride, B + 4 * (b0 as number), bRow, bStride, C + 4 * place * rows * n),
  );
  return out;
}
