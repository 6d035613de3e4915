/**
 * The training step of a GPT, forward, backward and Adam, with `practicum`'s layer norm, GELU and cross-entropy; and the same in PyTorch: what the benchmarks of training
 * share.
 */
import { spawnSync } from "node:child_process";
import path from "node:path";
import type { BackendName } from "../../extension/protocol/runtime.ts";
import { median, type Row } from "./measure.ts";
import { measuredBy } from "./program.ts";

const SIZES = {
  A: { vocabulary: 96, time: 64, width: 64, heads: 4, layers: 2, batch: 8 },
  B: { vocabulary: 96, time: 128, width: 128, heads: 4, layers: 2, batch: 16 },
  /** The largest model of exercise 09: 49.8 million parameters in its blocks. For GPUs. */
  C: { vocabulary: 1024, time: 128, width: 588, heads: 12, layers: 12, batch: 16 },
};
export type Size = keyof typeof SIZES;

export const rowOf = (size: Size, what: string): Row => ({ metric: "train_tokens_per_s", what: `size ${size}, ${what}`, unit: "tokens/s" });

/** Tokens a second. @param times of steps, in ms */
export const rateOf = (size: Size, times: readonly number[]): number => (SIZES[size].batch * SIZES[size].time * 1000) / median(times);

/** Milliseconds of each step on a backend of ours. @param operations in the place of `practicum`'s */
export async function stepsOf(size: Size, dist: string, backend: BackendName, steps: number, operations = ""): Promise<readonly number[]> {
  const { series } = await measuredBy(dist, operations + program(size, steps), backend);
  return (series.get("ms") ?? []).slice(Math.ceil(steps / 3)); // the first are for the compilers: a training has hundreds
}

export interface TorchSteps {
  /** Milliseconds of each. */
  readonly times: readonly number[];
  readonly about: string;
}

/** The same in PyTorch; nothing where there is no python3 with a torch that has the device. */
export function torchSteps(size: Size, steps: number, on: { readonly threads: number } | "cuda"): TorchSteps | undefined {
  const device = on === "cuda" ? ["1", "cuda"] : [String(on.threads), "cpu"];
  const args = [path.join(import.meta.dirname, "torch/training.py"), ...device, JSON.stringify(SIZES[size]), String(steps)];
  for (const python of ["python3", "/usr/bin/python3"]) {
    const env = { ...process.env, ...(on !== "cuda" && { OMP_NUM_THREADS: String(on.threads), OPENBLAS_NUM_THREADS: String(on.threads) }) };
    const { status, stdout } = spawnSync(python, args, { encoding: "utf8", env });
    if (status !== 0) continue;
    const { version, name, gflops, times } = JSON.parse(stdout);
    return { times, about: `torch ${version}${name ? ` on ${name}` : ""}; its product of 512 x 512: ${Math.round(gflops)} GFLOP/s` };
  }
  return undefined;
}

const program = (size: Size, steps: number): string => `
  const { vocabulary, time, width, heads, layers, batch } = ${JSON.stringify(SIZES[size])};
  const dim = width / heads;
  const stream = random(1);
  const matrix = (...shape: number[]): any => tf.variable(tf.tensor(Array.from({ length: shape.reduce((a, b) => a * b) }, () => stream.normal(0, 0.05)), shape));
  const norm = (): any => ({ gain: tf.variable(tf.ones([width])), bias: tf.variable(tf.zeros([width])) });
  const [tokens, places, final, head] = [matrix(vocabulary, width), matrix(time, width), norm(), matrix(width, vocabulary)];
  const blocks = Array.from({ length: layers }, () => ({
    n1: norm(), qkv: matrix(width, 3 * width), o: matrix(width, width), n2: norm(),
    f1: matrix(width, 4 * width), b1: tf.variable(tf.zeros([4 * width])), f2: matrix(4 * width, width), b2: tf.variable(tf.zeros([width])),
  }));
  const mask = tf.sub(tf.linalg.bandPart(tf.ones([time, time]), -1, 0), 1).mul(1e9);
  const loss = (x: any, y: any): any => {
    let z: any = tf.gather(tokens, x).add(places).reshape([batch * time, width]);
    for (const w of blocks) {
      const qkv = tf.matMul(layerNorm(z, w.n1), w.qkv).reshape([batch, time, 3, heads, dim]).transpose([2, 0, 3, 1, 4]);
      const [q, k, v] = tf.unstack(qkv) as any[];
      const mixed = tf.matMul(tf.softmax(tf.matMul(q, k, false, true).div(Math.sqrt(dim)).add(mask)), v);
      z = z.add(tf.matMul(mixed.transpose([0, 2, 1, 3]).reshape([batch * time, width]), w.o));
      const wide = gelu(tf.matMul(layerNorm(z, w.n2), w.f1).add(w.b1));
      z = z.add(tf.matMul(wide, w.f2).add(w.b2));
    }
    return crossEntropy(tf.matMul(layerNorm(z, final), head), y.flatten());
  };
  const optimizer = tf.train.adam(1e-3, 0.9, 0.999, 1e-8);
  const draw = (): any => tf.tensor2d(Array.from({ length: batch * time }, () => stream.integer(0, vocabulary - 1)), [batch, time], "int32");
  for (let step = 0; step < ${steps} + 2; step++) {
    const [x, y] = [draw(), draw()];
    const started = performance.now();
    const value = optimizer.minimize(() => loss(x, y), true) as any;
    await value.data();
    trace.log({ ms: performance.now() - started }, step);
    tf.dispose([x, y, value]);
    await breathe();
  }`;
