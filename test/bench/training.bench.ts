/**
 * The training step of a GPT of two layers, forward, backward and Adam, with `practicum`'s layer norm, GELU and cross-entropy on every backend, with tfjs's operations
 * alone, and the same in PyTorch.
 */
import { spawnSync } from "node:child_process";
import path from "node:path";
import type { BackendName } from "../../extension/protocol/runtime.ts";
import { type Bench, median, type Row } from "./measure.ts";
import { absent, measuredBy } from "./program.ts";

const SIZES = {
  A: { vocabulary: 96, time: 64, width: 64, heads: 4, layers: 2, batch: 8 },
  B: { vocabulary: 96, time: 128, width: 128, heads: 4, layers: 2, batch: 16 },
};
type Size = keyof typeof SIZES;
/** Torch and the sandbox's backend, with and without `practicum`'s operations, take turns. */
const ROUNDS = 3;
const STEPS = { A: 120, B: 12 };
const OTHERS: readonly BackendName[] = ["tfjs-node-gpu", "webgpu", "tfjs-node"];

export const rows: Bench = async (dist) => [...(await rowsOf("A", dist)), ...(await rowsOf("B", dist))];

async function rowsOf(size: Size, dist: string): Promise<Row[]> {
  const row = (what: string): Row => ({ metric: "train_tokens_per_s", what: `size ${size}, ${what}`, unit: "tokens/s" });
  const [ours, composed]: [number[], number[]] = [[], []];
  const torch = new Map<number, number[]>([1, 2].map((threads) => [threads, []]));
  let about = "absent: no python3 with torch";
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(...(await stepsOf(size, dist, "wasm", STEPS[size])));
    composed.push(...(await stepsOf(size, dist, "wasm", STEPS[size], COMPOSED)));
    for (const [threads, times] of torch) {
      const measured = torchSteps(size, threads);
      if (!measured) continue;
      times.push(...measured.times);
      if (threads === 1) about = `torch ${measured.version}; its product of 512 x 512: ${Math.round(measured.gflops)} GFLOP/s`;
    }
  }
  const rate = (times: readonly number[]) => (SIZES[size].batch * SIZES[size].time * 1000) / median(times);
  const best = Math.max(...[...torch.values()].filter((times) => times.length > 0).map(rate));
  const measured = (times: readonly number[]) => ({
    value: rate(times),
    ...(Number.isFinite(best) && { ratio: rate(times) / best, to: "torch, the better of 1 and 2 threads" }),
  });
  const others = await Promise.all([...OTHERS, ...(size === "A" ? (["cpu"] as const) : [])].map((name) => otherRow(row(name), size, dist, name, rate)));
  const torchRows = [...torch].map(([threads, times]) => ({
    ...row(`torch, threads: ${threads}`),
    ...(times.length > 0 && { value: rate(times) }),
    note: about,
  }));
  return [{ ...row("wasm"), ...measured(ours) }, { ...row("wasm, tfjs's operations alone"), ...measured(composed) }, ...others, ...torchRows];
}

async function otherRow(row: Row, size: Size, dist: string, name: BackendName, rate: (times: readonly number[]) => number): Promise<Row> {
  try {
    return { ...row, value: rate(await stepsOf(size, dist, name, 3)) };
  } catch (error) {
    return absent(row, error);
  }
}

async function stepsOf(size: Size, dist: string, backend: BackendName, steps: number, operations = ""): Promise<readonly number[]> {
  const { series } = await measuredBy(dist, operations + program(size, steps), backend);
  return (series.get("ms") ?? []).slice(Math.ceil(steps / 3)); // the first are for the compilers: a training has hundreds
}

function torchSteps(size: Size, threads: number): { times: number[]; version: string; gflops: number } | undefined {
  const args = [path.join(import.meta.dirname, "torch/training.py"), String(threads), JSON.stringify(SIZES[size]), String(STEPS[size])];
  for (const python of ["python3", "/usr/bin/python3"]) {
    const env = { ...process.env, OMP_NUM_THREADS: String(threads), OPENBLAS_NUM_THREADS: String(threads) };
    const { status, stdout } = spawnSync(python, args, { encoding: "utf8", env });
    if (status === 0) return JSON.parse(stdout);
  }
  return undefined;
}

/** In the place of `practicum`'s. */
const COMPOSED = `
  const layerNorm = (x: any, { gain, bias }: any): any => {
    const centred = tf.sub(x, tf.mean(x, -1, true));
    return tf.add(tf.mul(tf.mul(centred, tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), 1e-5))), gain), bias);
  };
  const gelu = (x: any): any => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));
  const crossEntropy = (logits: any, labels: any): any => tf.logSoftmax(logits).mul(tf.oneHot(labels, logits.shape[1])).sum(-1).mean().neg();
`;

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
