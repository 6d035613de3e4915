/** Gradients in one kernel of the pack. */
import { fuse as fuseFor, type GradFunc, run } from "../gradientKernels.ts";
import * as tf from "../tensors.ts";
import { spread } from "./layout.ts";
import type { KernelPack } from "./pack.ts";

interface Engine {
  nextTensorId(): number;
  incRef(x: tf.Tensor, backend: undefined): void;
}
const engine = tf.engine() as unknown as Engine;

const fuse = (kernelName: string, fused: GradFunc): void => fuseFor("wasm", kernelName, fused);

export function registerGradients(pack: KernelPack): void {
  pack.register("Spread", ({ inputs, attrs }) => {
    const { shape, scale } = attrs as unknown as { shape: number[]; scale: number };
    return spread(pack, (inputs as { x: tf.TensorInfo }).x, shape, scale);
  });
  fuse("Softmax", (dy, [y]) => ({ logits: () => run("SoftmaxGrad", { dy, y }) }));
  fuse("Tanh", (a, [b]) => ({ x: () => run("TanhGrad", { a, b }) }));
  fuse("Erf", (a, [b]) => ({ x: () => run("ErfGrad", { a, b }) }));
  fuse("Rsqrt", (a, [b]) => ({ x: () => run("RsqrtGrad", { a, b }) }));
  fuse("Sum", (dy, [x], { axis }) => ({ x: () => spreadBack(dy, x as tf.Tensor, axis as number[], false) }));
  fuse("Mean", (dy, [x], { axis }) => ({ x: () => spreadBack(dy, x as tf.Tensor, axis as number[], true) }));
  fuse("Reshape", (dy, [x]) => ({ x: () => view(dy, (x as tf.Tensor).shape) }));
  fuseBinary("Add", (dy, a, b) => ({ a: () => unbroadcast(dy, a), b: () => unbroadcast(dy, b) }));
  fuseBinary("Sub", (dy, a, b) => ({ a: () => unbroadcast(dy, a), b: () => run("Neg", { x: unbroadcast(dy, b) }) }));
  fuseBinary("Multiply", (dy, a, b) => ({ a: () => unbroadcast(run("Multiply", { a: dy, b }), a), b: () => unbroadcast(run("Multiply", { a: dy, b: a }), b) }));
  fuseBinary("RealDiv", (dy, a, b) => ({
    a: () => unbroadcast(run("RealDiv", { a: dy, b }), a),
    b: () => run("Neg", { x: run("RealDiv", { a: unbroadcast(run("Multiply", { a: dy, b: a }), b), b: run("Square", { x: b }) }) }),
  }));
}

/** Another tensor of the same values. */
function view(x: tf.Tensor, shape: number[]): tf.Tensor {
  const y = new tf.Tensor(shape as never, x.dtype, x.dataId, engine.nextTensorId());
  engine.incRef(y, undefined);
  return y;
}

/** The gradient by what was spread over its shape. */
function unbroadcast(gradient: tf.Tensor, { shape }: tf.Tensor): tf.Tensor {
  const axis = tf.broadcast_util.getReductionAxes(shape, gradient.shape);
  return view(axis.length > 0 ? run("Sum", { x: gradient }, { axis, keepDims: false }) : gradient, shape);
}

function spreadBack(dy: tf.Tensor, x: tf.Tensor, axis: number | number[], mean: boolean): tf.Tensor {
  const axes = tf.util.parseAxisParam(axis, x.shape);
  const shape = x.shape.map((size, i) => (axes.includes(i) ? 1 : size));
  return run("Spread", { x: view(dy, shape) }, { shape: x.shape, scale: mean ? dy.size / x.size : 1 });
}

const fuseBinary = (kernelName: string, fused: (dy: tf.Tensor, a: tf.Tensor, b: tf.Tensor) => Record<string, () => tf.Tensor>): void =>
  fuse(kernelName, (dy, [a, b]) => fused(dy, a as tf.Tensor, b as tf.Tensor));
