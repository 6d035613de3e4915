/** Programs for the GPU where tfjs has compositions of many: what a step of training consists of. */
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { replaceAdam } from "../adam.ts";
import { fuse, run } from "../gradientKernels.ts";
import * as tf from "../tensors.ts";
import { updateOnGpu } from "./adam.ts";
import { registerGelu } from "./gelu.ts";
import { CommandQueue } from "./queue.ts";
import { registerRows } from "./rows.ts";

// biome-ignore lint/suspicious/noExplicitAny: each kernel has names of its own for its inputs, as in tfjs
type Inputs = any;
type Kernel = (inputs: Inputs, attrs: tf.NamedAttrMap) => tf.TensorInfo | tf.TensorInfo[];
export type Register = (kernelName: string, kernel: Kernel) => void;

export function installPrograms(backend: WebGPUBackend): CommandQueue {
  const queue = new CommandQueue(backend);
  const register: Register = (kernelName, kernel) =>
    tf.registerKernel({ kernelName, backendName: "webgpu", kernelFunc: ({ inputs, attrs }) => kernel(inputs, attrs ?? {}) });
  registerRows(queue, register);
  registerGelu(queue, register);
  fuse("webgpu", "Softmax", (dy, [y]) => ({ logits: () => run("SoftmaxGrad", { dy, y }) }));
  // As published, a product with ones, which the host makes and sends.
  fuse("webgpu", "Sum", (dy, [x], { axis }) => ({ x: () => spreadBack(dy, x as tf.Tensor, axis as number[]) }));
  fuse("webgpu", "Mean", (dy, [x], { axis }) => ({ x: () => spreadBack(tf.div(dy, (x as tf.Tensor).size / dy.size), x as tf.Tensor, axis as number[]) }));
  replaceAdam("webgpu", (adam, states) => updateOnGpu(queue, backend, adam, states));
  return queue;
}

/** The gradient of each element that was summed is that of its sum. */
function spreadBack(dy: tf.Tensor, { shape }: tf.Tensor, axis: number | number[]): tf.Tensor {
  const axes = tf.util.parseAxisParam(axis, shape);
  const kept = shape.map((size, i) => (axes.includes(i) ? 1 : size));
  const times = shape.map((size, i) => (axes.includes(i) ? size : 1));
  return tf.tidy(() => dy.reshape(kept).tile(times));
}
