/** Where the published wasm backend (4.22) is silently wrong or lacks a kernel that training needs. */
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "../tensors.ts";

export function repairWasm(backend: BackendWasm): void {
  guardHeap(backend);
  tf.registerKernel({ kernelName: "UnsortedSegmentSum", backendName: "wasm", kernelFunc: unsortedSegmentSum });
  untransposeFusedMatMul();
  gatherInBatches();
}

/** The heap ends at 4 GiB and an allocation beyond is not noticed: the next write would go to address 0. */
function guardHeap(backend: BackendWasm): void {
  const module = backend.wasm as unknown as { asm?: { malloc?: (n: number) => number }; _malloc: (n: number) => number; HEAPU8: Uint8Array };
  const allocate = module.asm?.malloc ?? module._malloc; // `_malloc` would put itself back in place at its first call
  module._malloc = (bytes) => {
    const address = allocate(bytes) >>> 0;
    if (address === 0 && bytes > 0) {
      const mib = (n: number) => Math.round(n / 2 ** 20);
      throw new RangeError(`out of memory: ${mib(bytes)} MiB asked while the WebAssembly heap holds ${mib(module.HEAPU8.length)} of at most 4096 MiB`);
    }
    return address;
  };
}

/** The gradient of `gather`. x: [...ids.shape, ...inner] -> [segments, ...inner] */
function unsortedSegmentSum({ inputs, backend, attrs }: Parameters<tf.KernelFunc>[0]): tf.TensorInfo {
  const wasm = backend as BackendWasm;
  const { x, segmentIds } = inputs as { x: tf.TensorInfo; segmentIds: tf.TensorInfo };
  const { numSegments } = attrs as unknown as { numSegments: number };
  const inner = x.shape.slice(segmentIds.shape.length);
  const width = tf.util.sizeFromShape(inner);
  const out = wasm.makeOutput([numSegments, ...inner], x.dtype);
  const [sums, values, ids] = [out, x, segmentIds].map((t) => wasm.typedArrayFromHeap(t)) as [Float32Array, Float32Array, Int32Array];
  sums.fill(0);
  ids.forEach((segment, i) => {
    if (segment < 0 || segment >= numSegments) return;
    for (let j = 0; j < width; j++) sums[segment * width + j] = (sums[segment * width + j] as number) + (values[i * width + j] as number);
  });
  return out;
}

/** The fused product reads a transposed operand as if it were not: transpose it first. */
function untransposeFusedMatMul(): void {
  const kernel = tf.getKernel("_FusedMatMul", "wasm");
  const transpose = tf.getKernel("Transpose", "wasm");
  if (!kernel || !transpose) throw new Error("the wasm backend lacks _FusedMatMul or Transpose");
  const swapped = (x: tf.TensorInfo, backend: unknown): tf.TensorInfo => {
    const perm = [...x.shape.keys()];
    perm.push(perm.splice(-2, 1)[0] as number);
    return transpose.kernelFunc({ inputs: { x }, backend: backend as BackendWasm, attrs: { perm } }) as tf.TensorInfo;
  };
  tf.unregisterKernel("_FusedMatMul", "wasm");
  tf.registerKernel({
    ...kernel,
    kernelFunc: ({ inputs, backend, attrs }) => {
      const { transposeA, transposeB, ...rest } = attrs as unknown as { transposeA: boolean; transposeB: boolean };
      const { a, b } = inputs as { a: tf.TensorInfo; b: tf.TensorInfo };
      const [left, right] = [transposeA ? swapped(a, backend) : a, transposeB ? swapped(b, backend) : b];
      const out = kernel.kernelFunc({ inputs: { ...inputs, a: left, b: right }, backend, attrs: { ...rest, transposeA: false, transposeB: false } });
      for (const [copy, original] of [
        [left, a],
        [right, b],
      ] as const)
        if (copy !== original) (backend as BackendWasm).disposeData(copy.dataId);
      return out;
    },
  });
}

/** The kernel takes `batchDims` for 0 or so: wrong numbers, and reads beyond the tensor. x: [batch, outer, n, inner], ids: [batch, k] -> [batch, outer, k, inner] */
function gatherInBatches(): void {
  const kernel = tf.getKernel("GatherV2", "wasm");
  if (!kernel) throw new Error("the wasm backend lacks GatherV2");
  tf.unregisterKernel("GatherV2", "wasm");
  tf.registerKernel({
    ...kernel,
    kernelFunc: (call) => {
      const { axis, batchDims = 0 } = call.attrs as unknown as { axis: number; batchDims?: number };
      if (batchDims === 0) return kernel.kernelFunc(call);
      const wasm = call.backend as BackendWasm;
      const { x, indices } = call.inputs as { x: tf.TensorInfo; indices: tf.TensorInfo };
      const along = tf.util.parseAxisParam(axis, x.shape)[0] as number;
      const { batchSize, outerSize, dimSize, sliceSize, outputShape } = tf.backend_util.segment_util.collectGatherOpShapeInfo(
        x as never,
        indices as never,
        along,
        batchDims,
      );
      const out = wasm.makeOutput(outputShape, x.dtype);
      const [to, from, ids] = [out, x, indices].map((t) => wasm.typedArrayFromHeap(t)) as [Float32Array, Float32Array, Int32Array];
      const picked = ids.length / batchSize;
      ids.forEach((id, at) => {
        if (id < 0 || id >= dimSize) throw new RangeError(`gather: index ${id} is not in [0, ${dimSize - 1}]`);
        const [batch, k] = [Math.floor(at / picked), at % picked];
        for (let outer = 0; outer < outerSize; outer++) {
          const row = batch * outerSize + outer;
          const start = (row * dimSize + id) * sliceSize;
          to.set(from.subarray(start, start + sliceSize), (row * picked + k) * sliceSize);
        }
      });
      return out;
    },
  });
}
