/**
 * How values of the host reach the GPU. As published, by a buffer of their own that is made, mapped and copied, which ends the pass: for the 0.5 of `x.mul(0.5)` more
 * than the product costs. Here they go through the queue, and a tensor of one number shares its buffer with all others that are the same number.
 */
import type * as tf from "../tensors.ts";

type DataId = tf.TensorInfo["dataId"];

export interface TensorData {
  readonly dtype: tf.DataType;
  /** As the host has them; none while only the GPU does. */
  values: ArrayLike<number> | null;
  resource: GPUBuffer | null;
  /** Whether the buffer stays when the tensor goes. */
  external?: boolean;
}

/** What of tfjs's backend (4.22) is not declared. */
interface Backend {
  readonly device: GPUDevice;
  readonly tensorMap: { get(dataId: DataId): TensorData };
  readonly bufferManager: { acquireBuffer(size: number, usage: number): GPUBuffer };
  uploadToGPU(dataId: DataId): void;
}

/** Beyond so many different numbers, each tensor has its own. */
const MOST_CONSTANTS = 1024;

export class Uploads {
  readonly #backend: Backend;
  readonly #constants = new Map<string, GPUBuffer>();
  readonly #numbers = new WeakMap<GPUBuffer, number>();

  constructor(backend: object) {
    this.#backend = backend as Backend;
    const allocate = this.#backend.uploadToGPU.bind(backend);
    this.#backend.uploadToGPU = (dataId) => {
      const data = this.#backend.tensorMap.get(dataId);
      if (data.resource || !data.values || data.values.length === 0) allocate(dataId);
      else this.#upload(data);
    };
  }

  /** Puts a tensor into a buffer of its own, as its values are about to change there. */
  own(dataId: DataId): void {
    const data = this.#backend.tensorMap.get(dataId);
    if (data.external) {
      const number = this.#numbers.get(data.resource as GPUBuffer) as number;
      data.resource = this.#write(wordsOf(data.dtype, [number]));
      data.external = false;
    }
    this.#backend.uploadToGPU(dataId);
    if (data.external) this.own(dataId);
    data.values = null; // they are no longer true
  }

  #upload(data: TensorData): void {
    const values = data.values as ArrayLike<number>;
    const words = wordsOf(data.dtype, values);
    if (values.length === 1 && this.#constants.size < MOST_CONSTANTS) {
      data.resource = this.#constant(words);
      data.external = true;
    } else {
      data.resource = this.#write(words);
    }
    data.values = null; // as published: what is on the GPU is read from there
  }

  #constant(words: Words): GPUBuffer {
    const key = `${words.constructor.name} ${Object.is(words[0], -0) ? "-0" : words[0]}`;
    let buffer = this.#constants.get(key);
    if (!buffer) {
      buffer = this.#write(words);
      this.#constants.set(key, buffer);
      this.#numbers.set(buffer, words[0] as number);
    }
    return buffer;
  }

  /** Before all that is recorded and not yet sent; a free buffer is in none of that. */
  #write(words: Words): GPUBuffer {
    const { bufferManager, device } = this.#backend;
    const buffer = bufferManager.acquireBuffer(words.byteLength, GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST);
    device.queue.writeBuffer(buffer, 0, words);
    return buffer;
  }
}

type Words = Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>;

/** Numbers as a shader has them: booleans are whole numbers. */
function wordsOf(dtype: tf.DataType, values: ArrayLike<number>): Words {
  if (dtype === "float32") return values instanceof Float32Array ? (values as Words) : Float32Array.from(values);
  return values instanceof Int32Array ? (values as Words) : Int32Array.from(values);
}
