/** How fast this backend is, in about a second: for `practicum doctor`. */
import type { Benchmark } from "../protocol/runtime.ts";
import * as tf from "./tensors.ts";

/** Products that are asked for before one is read: reading waits for a GPU. */
const BATCH = 4;
/** A larger size is measured while one takes less. */
const SECONDS = 0.01;
/** Measured again while all together took less. */
const ENOUGH_MS = 150;
const MAX_SIZE = 4096;
const MIB = 2 ** 20;
const TRANSFER_MIB = 8;
const SMALL_OPS = 50;

export async function benchmark(): Promise<Benchmark> {
  return { ...(await matmulRate()), ...(await transfer()), smallOpMicroseconds: await smallOps() };
}

/** Of products of two square matrices, as large as this backend does in some hundredths of a second. */
export async function matmulRate(): Promise<Pick<Benchmark, "matmulGflops" | "matmulSize">> {
  let [size, gflops] = [128, 0];
  for (let seconds = 0; size <= MAX_SIZE && seconds < SECONDS; size *= 2) {
    const [a, b] = [tf.ones([size, size]), tf.ones([size, size])];
    const multiply = async () => {
      const results = Array.from({ length: BATCH }, () => tf.matMul(a, b));
      await settled(results.at(-1) as tf.Tensor2D);
      tf.dispose(results);
    };
    await multiply(); // compiles
    seconds = (await fastest(multiply)) / BATCH;
    gflops = (2 * size ** 3) / seconds / 1e9;
    tf.dispose([a, b]);
  }
  return { matmulGflops: gflops, matmulSize: size / 2 };
}

async function transfer(): Promise<Pick<Benchmark, "uploadGibPerSecond" | "downloadGibPerSecond">> {
  const values = new Float32Array((TRANSFER_MIB * MIB) / 4).fill(1);
  let x = tf.zeros<tf.Rank.R1>([1]);
  const upload = await fastest(async () => {
    x.dispose();
    x = tf.tidy(() => tf.tensor1d(values).add(1)); // a GPU is given the numbers when they are used
    await settled(x);
  });
  const download = await fastest(async () => {
    const y = x.add(1);
    await y.data();
    y.dispose();
  });
  x.dispose();
  return { uploadGibPerSecond: TRANSFER_MIB / 1024 / upload, downloadGibPerSecond: TRANSFER_MIB / 1024 / download };
}

async function smallOps(): Promise<number> {
  const x = tf.matMul(tf.ones([64, 64]), tf.ones([64, 64])); // where the backend computes: what is small and new may stay with the processor
  const seconds = await fastest(async () => {
    const last = tf.tidy(() => Array.from({ length: SMALL_OPS }).reduce<tf.Tensor>((sum) => sum.add(x), x));
    await settled(last);
    last.dispose();
  });
  x.dispose();
  return (seconds / SMALL_OPS) * 1e6;
}

/** All before it is computed when one of its numbers is there. */
async function settled(x: tf.Tensor): Promise<void> {
  const one = tf.tidy(() => x.flatten().slice(0, 1));
  await one.data();
  one.dispose();
}

/** Seconds of the fastest of three, or of as many as there is time for: what else the machine does only adds. */
async function fastest(work: () => Promise<void>): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  const begun = performance.now();
  for (let i = 0; i < 3 && performance.now() - begun < ENOUGH_MS; i++) {
    const started = performance.now();
    await work();
    least = Math.min(least, performance.now() - started);
  }
  return least / 1000;
}
