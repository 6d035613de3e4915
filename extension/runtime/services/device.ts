/** What this program computes on, and how fast that is. */
import type { BackendName } from "../../protocol/runtime.ts";
import * as tf from "../tensors.ts";
import { session } from "./session.ts";

export interface Device {
  /** Rung of the ladder, e.g. "wasm" or "webgpu". */
  readonly backend: BackendName;
  /** e.g. "WebAssembly SIMD" or the name of the GPU */
  readonly name: string;
  readonly kind: "cpu" | "gpu";
  /** Bytes that tensors may take in all; nothing where the backend does not tell. */
  readonly memory?: number;
  /** Measured: 10^9 floating-point operations a second of a product of two 512 x 512 matrices, where a multiplication and an addition are two. */
  readonly gigaflops: number;
}

let measured: Promise<Device> | undefined;

/** The device of this program. The first call takes some hundredths of a second to measure it. */
export function device(): Promise<Device> {
  measured ??= measure();
  return measured;
}

async function measure(): Promise<Device> {
  const { name: backend, device: name, memory = HEAP[backend] } = session().backend;
  const kind = ["webgpu", "tfjs-node-gpu"].includes(backend) ? "gpu" : "cpu";
  return { backend, name, kind, ...(memory !== undefined && { memory }), gigaflops: await matmulRate() };
}

/** Addresses of 32 bits. */
const HEAP: Partial<Record<BackendName, number>> = { wasm: 2 ** 32 };

const SIZE = 512;
const ROUNDS = 3;

/** The best of some rounds: what else the machine does makes a round slower, never faster. */
async function matmulRate(): Promise<number> {
  const [a, b] = [tf.ones([SIZE, SIZE]), tf.ones([SIZE, SIZE])] as [tf.Tensor2D, tf.Tensor2D];
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round <= ROUNDS; round++) {
    const started = performance.now();
    const product = tf.matMul(a, b);
    await product.data();
    product.dispose();
    if (round > 0) best = Math.min(best, performance.now() - started); // the first one warms up
  }
  tf.dispose([a, b]);
  return (2 * SIZE ** 3) / best / 1e6;
}
