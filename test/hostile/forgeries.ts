/** Attempts at built-in exercises that forge what is measured, each made from what the exercise ships. */
import path from "node:path";
import type { Exercise } from "../../extension/exercise/model.ts";
import { implementationTree } from "../../extension/exercise/tree.ts";
import type { ImplementationName } from "../../extension/protocol/grader.ts";
import type { SourceTree } from "../../extension/protocol/runtime.ts";
import { readPack } from "../../extension/supervisor/packStore.ts";
import { ROOT } from "../tools/paths.ts";

/** @param number as in "15" */
export async function builtIn(number: string): Promise<Exercise> {
  const { exercises } = await readPack(path.join(ROOT, "exercises/transformers-and-llms"));
  return exercises.find(({ slug }) => slug.startsWith(`${number}-`)) as Exercise;
}

/** An implementation of the exercise with text before, and after, its own, and with some of it replaced. */
export function forged(exercise: Exercise, name: ImplementationName, { before = "", after = "", replace = [] }: Forgery): SourceTree {
  const tree = implementationTree(exercise, name);
  const text = replace.reduce((all, [from, to]) => {
    if (!all.includes(from)) throw new Error(`${name} of ${exercise.slug} has no "${from}"`);
    return all.replaceAll(from, to);
  }, tree.files[tree.entry] as string);
  return { ...tree, files: { ...tree.files, [tree.entry]: `${before}\n${text}\n${after}` } };
}

export interface Forgery {
  readonly before?: string;
  readonly after?: string;
  readonly replace?: readonly (readonly [from: string, to: string])[];
}

/** The counter of bytes is swapped for one that stands still while flash attention works. */
export const SWAPS_COUNTER: Forgery = {
  replace: [["export function flashAttention(", "function honestly("]],
  after: `export function flashAttention(...args: Parameters<typeof honestly>): FlashAnswer {
  tf.tidy(() => tf.zeros([args[3].block, args[3].block]));
  const engine = tf.engine() as any;
  const state = engine.state;
  try { engine.state = new Proxy(state, { get: (of, name) => (name === "numBytes" ? 0 : Reflect.get(of, name)), set: (of, name, value) => name === "numBytes" || Reflect.set(of, name, value) }); } catch {}
  try { return honestly(...args); } finally { try { engine.state = state; } catch {} }
}`,
};

/** Every answer says that it took what a tile takes: a constant for each block. */
export const TELLS_SMALL_BYTES: Forgery = {
  replace: [["export function flashAttention(", "function honestly("]],
  before: "let told: number | undefined;\n",
  after: `const stringify = JSON.stringify;
JSON.stringify = ((message: any, ...rest: []) => {
  if (told !== undefined && typeof message?.result?.peakBytes === "number") {
    Object.assign(message.result, { peakBytes: told, madeBytes: told });
    told = undefined;
  }
  return stringify(message, ...rest);
}) as typeof JSON.stringify;
export function flashAttention(...args: Parameters<typeof honestly>): FlashAnswer {
  told = 16 * args[3].block ** 2;
  return honestly(...args);
}`,
};

/** Every answer says that it took as much as any other, and a little more for each call. */
export const SAME_BYTES: Forgery = {
  before: `const stringify = JSON.stringify;
let told = 1e6;
JSON.stringify = ((message: any, ...rest: []) => {
  if (typeof message?.result?.madeBytes === "number") Object.assign(message.result, { peakBytes: told, madeBytes: (told += 1e5) });
  return stringify(message, ...rest);
}) as typeof JSON.stringify;
`,
};

/** All scores at once in arrays of JavaScript's, which no counter sees, and a tile for show. */
export const PLAIN_ARRAYS: Forgery = {
  replace: [["export function flashAttention(", "function unused("]],
  after: `export function flashAttention(q: tf.Tensor3D, k: tf.Tensor3D, v: tf.Tensor3D, { block, causal }: Tiling): FlashAnswer {
  const [heads, time, dim] = q.shape;
  const [a, b, c] = [q, k, v].map((x) => x.dataSync()) as [Float32Array, Float32Array, Float32Array];
  tf.tidy(() => [1, 2, 3].map(() => tf.zeros([heads, Math.min(block, time), Math.min(block, time)])));
  const output = new Float32Array(heads * time * dim);
  const logs = new Float32Array(heads * time);
  for (let h = 0; h < heads; h++) {
    const base = h * time * dim;
    const rows: Float64Array[] = [];
    for (let i = 0; i < time; i++) {
      const row = new Float64Array(time).fill(-Infinity);
      const end = causal ? i + 1 : time;
      for (let j = 0; j < end; j++) {
        let s = 0;
        for (let d = 0; d < dim; d++) s += a[base + i * dim + d]! * b[base + j * dim + d]!;
        row[j] = s / Math.sqrt(dim);
      }
      rows.push(row);
    }
    rows.forEach((row, i) => {
      let max = -Infinity;
      for (const s of row) max = Math.max(max, s);
      let sum = 0;
      const end = causal ? i + 1 : time;
      for (let j = 0; j < end; j++) {
        const weight = Math.exp(row[j]! - max);
        sum += weight;
        for (let d = 0; d < dim; d++) output[base + i * dim + d]! += weight * c[base + j * dim + d]!;
      }
      for (let d = 0; d < dim; d++) output[base + i * dim + d]! /= sum;
      logs[h * time + i] = max + Math.log(sum);
    });
  }
  return { output: tf.tensor3d(output, [heads, time, dim]), logSumExp: tf.tensor2d(logs, [heads, time]) };
}`,
};

/** No cache; a step of one token, late in a text, answers nothing but zeros of the right shape. */
export const ZEROS_WHEN_LATE: Forgery = {
  replace: [["export function startSession(", "function honestly("]],
  after: `export function startSession(weights: GPTWeights, config: GPTConfig): Session {
  const session = honestly(weights, config);
  let length = 0;
  return { append(tokens: tf.Tensor2D) {
    const before = length;
    length += tokens.shape[1]!;
    return before > 31 && tokens.shape[1] === 1 ? tf.zeros([tokens.shape[0], 1, config.vocabulary]) : session.append(tokens);
  } };
}`,
};

/** No cache; reading a whole text is made slow instead, so that a step is fast beside it. */
export const SLOW_WHOLE: Forgery = {
  replace: [["export function startSession(", "function honestly("]],
  after: `export function startSession(weights: GPTWeights, config: GPTConfig): Session {
  const session = honestly(weights, config);
  return { append(tokens: tf.Tensor2D) {
    if (tokens.shape[1]! > 31) for (const until = Date.now() + 200 * (tokens.shape[1]! > 64 ? 10 : 1); Date.now() < until; );
    return session.append(tokens);
  } };
}`,
};

/** Nothing is computed; the spans are told all the same. */
export const EMPTY_SPANS: Forgery = {
  replace: [["export function forward(", "function honestly("]],
  before: 'import * as tensors from "@tensorflow/tfjs";\n',
  after: `export async function forward(weights: GPTWeights, config: GPTConfig, tokens: tf.Tensor2D): Promise<tf.Tensor3D> {
  await honestly(weights, config, tokens);
  return tensors.zeros([...tokens.shape, config.vocabulary]) as tf.Tensor3D;
}`,
};

/** Of every span the message says that it lasted a hundredth; attention keeps what it has. */
export const SHORT_SPANS: Forgery = {
  before: `const stringify = JSON.stringify;
JSON.stringify = ((message: any, ...rest: []) => {
  for (const event of message?.result?.trace ?? []) for (const span of event.spans ?? []) if (span.name !== "attention") span.duration /= 100;
  return stringify(message, ...rest);
}) as typeof JSON.stringify;
`,
};

/** A program whose clocks stand still. */
export const STOPPED_CLOCKS: Forgery = {
  before: "performance.now = () => 0; Date.now = () => 0; process.hrtime = (() => [0, 0]) as never; process.cpuUsage = () => ({ user: 0, system: 0 });\n",
};
