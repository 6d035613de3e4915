/**
 * How programs reach the GPU. A training step is hundreds of small ones, and what each costs the processor decides: as published, a buffer for its uniforms and a
 * bind group, made anew, through bindings that take microseconds for each call. Here both are kept by what they hold, and more programs go out at a time.
 */
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import type * as tf from "../tensors.ts";
import { type TensorData, Uploads } from "./uploads.ts";

type DataId = tf.TensorInfo["dataId"];
type Three = readonly [number, number, number];

/** What tfjs hands over. */
interface Program {
  readonly pipeline: GPUComputePipeline;
  readonly outputShape: readonly number[];
  readonly size?: boolean;
  readonly outputComponent?: number;
  readonly dispatch: Three;
}

export interface Uniform {
  readonly type: "int32" | "uint32" | "float32";
  readonly data: readonly number[];
}

/** What of tfjs's backend (4.22) is not declared. */
interface Backend {
  readonly device: GPUDevice;
  readonly tensorMap: { get(dataId: DataId): TensorData };
  readonly bufferManager: BufferManager;
  commandEncoder: GPUCommandEncoder | null;
  computePassEncoder: GPUComputePassEncoder | null;
  commandQueueOwnedIds: WeakSet<DataId>;
  uniformPendingDisposal: GPUBuffer[];
  querySet: GPUQuerySet | null;
  readonly querySetCount: number;
  readonly supportTimestampQuery: boolean;
  /** Only while it is asked how long programs take. */
  readonly activeTimers?: { name: string; query: Promise<number> }[] | null;
  disposeData(dataId: DataId): boolean;
  makeUniforms(uniforms: readonly Uniform[]): { buffer: GPUBuffer };
  makeTensorInfo(shape: readonly number[], dtype: tf.DataType, values?: ArrayLike<number>): tf.TensorInfo;
  uploadToGPU(dataId: DataId): void;
  ensureCommandEncoderReady(): void;
  endComputePassEncoder(): void;
  submitQueue(): void;
  getQueryTime(): Promise<number>;
  recordAndSubmit(program: Program, output: tf.TensorInfo, inputs: readonly tf.TensorInfo[], own?: readonly Uniform[]): void;
}

interface BufferManager {
  readonly freeBuffers: Map<string, GPUBuffer[]>;
  releaseBuffer(buffer: GPUBuffer, reuse?: boolean): void;
}

/** Programs that go out together. The GPU begins with them when they do. */
const TOGETHER = 64;
/** Results that are held back at most: what is disposed of is free only once the programs that use it are out. */
const HELD_BYTES = 64 * 2 ** 20;
/** Shapes and numbers that change from step to step would fill the memory. */
const [MOST_UNIFORMS, MOST_GROUPS] = [4096, 32_768];

export class CommandQueue {
  readonly #backend: Backend;
  readonly #uploads: Uploads;
  readonly #uniforms = new Map<string, GPUBuffer>();
  readonly #groups = new Map<string, GPUBindGroup>();
  readonly #numbers = new WeakMap<object, number>();
  #numbered = 0;
  #programs = 0;
  #bytes = 0;

  constructor(backend: WebGPUBackend) {
    this.#backend = backend as unknown as Backend;
    this.#backend.recordAndSubmit = (program, output, inputs, own) => this.#recordPublished(program, output, inputs, own);
    const submit = this.#backend.submitQueue.bind(backend);
    this.#backend.submitQueue = () => {
      submit();
      [this.#programs, this.#bytes] = [0, 0];
    };
    this.#uploads = new Uploads(backend);
    this.#reuseInOrder(this.#backend.bufferManager);
  }

  get device(): GPUDevice {
    return this.#backend.device;
  }

  /** A float32 tensor to write to. */
  output(shape: readonly number[]): tf.TensorInfo {
    if (sizeOf(shape) === 0) return this.zeros(shape); // the GPU has no buffers of no bytes
    const info = this.#backend.makeTensorInfo(shape, "float32");
    this.#backend.uploadToGPU(info.dataId);
    return info;
  }

  zeros(shape: readonly number[]): tf.TensorInfo {
    return this.#backend.makeTensorInfo(shape, "float32", new Float32Array(sizeOf(shape)));
  }

  /** Frees what a kernel had for itself, once the programs that use it are out. */
  free({ dataId }: tf.TensorInfo): void {
    this.#backend.disposeData(dataId);
  }

  /** For a tensor that a program is about to change where it is. */
  own(dataId: DataId): void {
    this.#uploads.own(dataId);
  }

  /** @param tensors bound in this order, the uniforms after them */
  record(name: string, pipeline: GPUComputePipeline, tensors: readonly tf.TensorInfo[], uniforms: readonly Uniform[], dispatch: Three): void {
    for (const { dataId } of tensors) this.#backend.uploadToGPU(dataId);
    const key = uniforms.map(({ type, data }) => type + data).join(";");
    this.#record(
      name,
      pipeline,
      tensors,
      this.#uniformsOf(key, () => uniforms),
      dispatch,
    );
  }

  /** Sends out what is held back. */
  flush(): void {
    this.#backend.endComputePassEncoder();
    if (this.#backend.commandEncoder) this.#backend.submitQueue();
  }

  #recordPublished(program: Program, output: tf.TensorInfo, inputs: readonly tf.TensorInfo[], own: readonly Uniform[] = []): void {
    this.own(output.dataId); // some are given what they are to change
    const tensors = [output, ...inputs];
    const size = program.size ? sizeOf(program.outputShape) / (program.outputComponent ?? 1) : undefined;
    const key = `${tensors.map(({ shape }) => shape.join()).join("|")}|${size}|${own.map(({ type, data }) => type + data).join(";")}`;
    const uniforms = this.#uniformsOf(key, () => [
      ...[Number.NaN, Number.POSITIVE_INFINITY].map((value) => ({ type: "float32" as const, data: [value] })),
      ...[...inputs, output].flatMap(({ shape }) => [integers(shape), integers(stridesOf(shape))]),
      ...(size === undefined ? [] : [integers([size])]),
      ...own,
    ]);
    this.#record(program.constructor.name, program.pipeline, tensors, uniforms, program.dispatch);
  }

  #record(name: string, pipeline: GPUComputePipeline, tensors: readonly tf.TensorInfo[], uniforms: GPUBuffer, dispatch: Three): void {
    const backend = this.#backend;
    const buffers = tensors.map(({ dataId }) => backend.tensorMap.get(dataId).resource as GPUBuffer);
    const group = this.#groupOf(pipeline, [...buffers, uniforms]);
    for (const { dataId } of tensors) backend.commandQueueOwnedIds.add(dataId);
    backend.ensureCommandEncoderReady();
    const pass = this.#pass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(...dispatch);
    this.#bytes += buffers[0]?.size ?? 0;
    if (backend.activeTimers) {
      backend.endComputePassEncoder();
      backend.activeTimers.push({ name, query: backend.getQueryTime() });
    } else if (++this.#programs >= TOGETHER || this.#bytes >= HELD_BYTES) {
      this.flush();
    }
    if (this.#uniforms.size > MOST_UNIFORMS || this.#groups.size > MOST_GROUPS) this.#forget();
  }

  /** One pass for all; while programs are timed, one for each, as a pass is what the GPU's clock takes. */
  #pass(): GPUComputePassEncoder {
    const backend = this.#backend;
    const encoder = backend.commandEncoder as GPUCommandEncoder;
    if (backend.activeTimers && backend.supportTimestampQuery) {
      backend.endComputePassEncoder();
      backend.querySet ??= backend.device.createQuerySet({ type: "timestamp", count: backend.querySetCount });
      const timestampWrites = { querySet: backend.querySet, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 };
      backend.computePassEncoder = encoder.beginComputePass({ timestampWrites });
    }
    backend.computePassEncoder ??= encoder.beginComputePass();
    return backend.computePassEncoder;
  }

  #uniformsOf(key: string, make: () => readonly Uniform[]): GPUBuffer {
    let kept = this.#uniforms.get(key);
    if (!kept) {
      kept = this.#backend.makeUniforms(make().map(({ type, data }) => ({ type, data: [...data] }))).buffer;
      this.#backend.uniformPendingDisposal.pop(); // it would be given to another program
      this.#uniforms.set(key, kept);
    }
    return kept;
  }

  #groupOf(pipeline: GPUComputePipeline, buffers: readonly GPUBuffer[]): GPUBindGroup {
    const key = [pipeline, ...buffers].map((one) => this.#numberOf(one)).join();
    let kept = this.#groups.get(key);
    if (!kept) {
      const entries = buffers.map((buffer, binding) => ({ binding, resource: { buffer } }));
      kept = this.device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
      this.#groups.set(key, kept);
    }
    return kept;
  }

  /** Of an object of the GPU, in the order of first use. */
  #numberOf(one: object): number {
    const given = this.#numbers.get(one);
    if (given !== undefined) return given;
    this.#numbers.set(one, this.#numbered);
    return this.#numbered++;
  }

  #forget(): void {
    this.flush();
    for (const buffer of this.#uniforms.values()) this.#backend.bufferManager.releaseBuffer(buffer);
    this.#uniforms.clear();
    this.#groups.clear();
  }

  /** Of the free buffers of a size, the same comes first whatever the order in which they became free: each step uses the buffers of the one before, in the same groups. */
  #reuseInOrder(manager: BufferManager): void {
    const release = manager.releaseBuffer.bind(manager);
    manager.releaseBuffer = (buffer, reuse = true) => {
      release(buffer, reuse);
      const free = reuse ? manager.freeBuffers.get(`${buffer.size}_${buffer.usage}`) : undefined; // the last one is taken first
      if (free?.at(-1) !== buffer) return;
      const number = this.#numberOf(buffer);
      let at = free.length - 1;
      for (; at > 0 && this.#numberOf(free[at - 1] as GPUBuffer) < number; at--) free[at] = free[at - 1] as GPUBuffer;
      free[at] = buffer;
    };
  }
}

const integers = (data: readonly number[]): Uniform => ({ type: "int32", data });

export const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** How many elements a step along each axis but the last is. */
const stridesOf = (shape: readonly number[]): number[] => shape.slice(1).map((_, i) => sizeOf(shape.slice(i + 1)));
