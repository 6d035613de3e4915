/** Where the published WebGPU backend (4.22) is silently wrong, or fails in words that do not help. */
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { RandomStream } from "../../protocol/random.ts";
import * as tf from "../tensors.ts";
import type { CommandQueue } from "../webgpu/queue.ts";
import { replaceKernel } from "./replaceKernel.ts";

const MIB = 2 ** 20;

/** @returns waits for the GPU; throws what it could not do */
export function repairWebgpu(backend: WebGPUBackend, device: GPUDevice, queue: CommandQueue): () => Promise<void> {
  refuseLargeBuffers(backend, device);
  explainSynchronousReads(backend);
  sampleByCumulativeSums();
  tileAxisByAxis();
  return failOnDeviceErrors(backend, device, queue);
}

/** A tensor that no shader can bind would read as zeros. */
function refuseLargeBuffers({ bufferManager }: WebGPUBackend, { limits }: GPUDevice): void {
  const { maxStorageBufferBindingSize, maxBufferSize } = limits;
  const limit = Math.min(maxStorageBufferBindingSize, maxBufferSize);
  const acquire = bufferManager.acquireBuffer.bind(bufferManager);
  bufferManager.acquireBuffer = (size, ...rest) => {
    if (size > limit)
      throw new RangeError(`out of memory: a tensor of ${Math.ceil(size / MIB)} MiB; this GPU takes at most ${Math.floor(limit / MIB)} MiB each`);
    return acquire(size, ...rest);
  };
}

/** Without a canvas there is no way to wait for a GPU; what is still in the host's memory can be read as ever. */
function explainSynchronousReads(backend: WebGPUBackend): void {
  const held = (dataId: object): boolean => {
    const { values, dtype, complexTensorInfos } = backend.tensorMap.get(dataId);
    return values != null || dtype === "string" || (complexTensorInfos != null && held(complexTensorInfos.real.dataId) && held(complexTensorInfos.imag.dataId));
  };
  const readSync = backend.readSync.bind(backend);
  backend.readSync = (dataId) => {
    if (held(dataId)) return readSync(dataId);
    throw new Error("A result on the GPU cannot be read at once by dataSync() or arraySync(). Write `await t.data()` or `await t.array()` instead.");
  };
}

/** The shader's first random number of a call is always 0, so the first sample is always class 0. */
function sampleByCumulativeSums(): void {
  replaceKernel("webgpu", "Multinomial", () => ({ inputs, attrs }) => {
    const { numSamples, seed, normalized } = attrs as unknown as { numSamples: number; seed: number; normalized: boolean };
    return tf.tidy(() => {
      const logits = inputs.logits as tf.Tensor2D; // [batch, classes]
      const [batch, classes] = logits.shape;
      const bounds = tf.cumsum(normalized ? logits : tf.softmax(logits), 1).slice([0, 0], [batch, classes - 1]); // without the last: rounding may leave it below 1
      const stream = new RandomStream(spread(seed));
      const draws = tf.tensor(
        Array.from({ length: batch * numSamples }, () => stream.uniform()),
        [batch, numSamples, 1],
      );
      return draws.greaterEqual(bounds.expandDims(1)).sum(2).toInt(); // [batch, samples]
    });
  });
}

/** As published, of five axes by the processor, which cannot read what is on the GPU: repeating the heads of keys and values has five. */
function tileAxisByAxis(): void {
  replaceKernel("webgpu", "Tile", (published) => (call) => {
    const x = call.inputs.x as tf.Tensor;
    const { reps } = call.attrs as unknown as { reps: readonly number[] };
    if (x.shape.length < 5 || x.dtype === "string") return published(call);
    return tf.tidy(() => reps.reduce<tf.Tensor>((tiled, times, axis) => (times === 1 ? tiled : tiledAlong(tiled, axis, times)), x.clone()));
  });
}

function tiledAlong(x: tf.Tensor, axis: number, times: number): tf.Tensor {
  const block = tf.util.sizeFromShape(x.shape.slice(axis));
  const shape = x.shape.map((length, i) => (i === axis ? times * length : length));
  return x
    .reshape([x.size / block, block])
    .tile([1, times])
    .reshape(shape);
}

/** Without a seed tfjs draws a fraction. The first numbers of a stream are alike for seeds that are small. */
const spread = (seed: number): number => Math.imul(Number.isInteger(seed) ? seed : Math.floor(seed * 2 ** 32), 0x9e3779b1) >>> 0; // 2^32 / golden ratio

/** What the device refuses is told to nobody by itself: every read and the end of the run ask. */
function failOnDeviceErrors(backend: WebGPUBackend, device: GPUDevice, queue: CommandQueue): () => Promise<void> {
  let fault: Error | undefined;
  device.addEventListener("uncapturederror", ({ error }) => {
    fault ??= new Error(`The GPU could not do what was asked: ${error.message.split("\n")[0]}`);
  });
  void device.lost.then(({ reason, message }) => {
    if (reason !== "destroyed") fault ??= new Error(`The GPU was lost: ${message}`);
  });
  const settle = async () => {
    queue.flush();
    await device.queue.onSubmittedWorkDone();
    if (fault) throw fault;
  };
  const read = backend.read.bind(backend);
  backend.read = async (dataId) => {
    const values = await read(dataId);
    if (fault) throw fault;
    return values;
  };
  return settle;
}
