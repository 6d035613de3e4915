/**
 * What hidden checks are written in. A check is data plus one question; the question is asked of every implementation in the same way,
 * from the grader's process. This module never judges: `extension/grading` does.
 */
import type { Tensor } from "@tensorflow/tfjs";
import type { Callback, CallbackSpec } from "../protocol/callback.ts";
import type { Expectation, Tolerance } from "../protocol/grade.ts";
import { isPlain } from "../protocol/plainText.ts";
import { RandomStream } from "../protocol/random.ts";
import type { Span, TracedTensor, TracePoint } from "../protocol/runtime.ts";
import { type TensorData, tensor, type Value } from "../protocol/tensor.ts";

export type { Callback, CallbackSpec } from "../protocol/callback.ts";
export { type CorpusOptions, type GeneratedCorpus, generateCorpus } from "../protocol/corpus.ts";
export type { Tolerance } from "../protocol/grade.ts";
export { LongTailSource } from "../protocol/longTail.ts";
export type { Span, TracedTensor, TracePoint } from "../protocol/runtime.ts";
export { type TensorData, tensor, type Value } from "../protocol/tensor.ts";

/** What crosses for a value of the surface: tensors become data, functions become remote and asynchronous. */
export type Remote<T> = T extends Tensor
  ? TensorData
  : T extends (...args: infer A) => infer R
    ? (...args: { [K in keyof A]: Sent<A[K]> }) => Promise<Remote<Awaited<R>>>
    : T extends readonly (infer E)[]
      ? Remote<E>[]
      : T extends object
        ? { [K in keyof T]: Remote<T[K]> }
        : T;

/** What may be given where the surface asks for T. */
export type Sent<T> = T extends Tensor
  ? TensorData
  : T extends readonly (infer E)[]
    ? readonly Sent<E>[]
    : T extends object
      ? { [K in keyof T]: Sent<T[K]> }
      : T;

/**
 * A function, where the surface asks for one. It runs beside the implementation, so it can do no more than is said here, and does it a moment after it was
 * called: who does not await it goes on without.
 * `onStart: callback({ assigns: { weights }, gives: 7 })` puts these weights into the variables of a training, and says that 7 steps are done;
 * `onStep: callback({ tells: "steps" })` makes each of its calls a point of `trace()`.
 */
export const callback = <F = Callback>(does: CallbackSpec): F => ({ $callback: does }) satisfies Callback as F;

/** Seeded inputs: the seed changes with every grade, so an answer cannot be written down beforehand. */
export class Draw {
  readonly #seed: number;
  readonly #stream: RandomStream;
  constructor(seed: number) {
    this.#seed = seed;
    this.#stream = new RandomStream(seed);
  }
  /** The same draws once more, from the first. */
  again(): Draw {
    return new Draw(this.#seed);
  }
  /** Independent normals, float32. */
  normal(shape: readonly number[], mean = 0, deviation = 1): TensorData {
    return this.#stream.fill(shape, () => this.#stream.normal(mean, deviation));
  }
  /** Independent uniforms in [low, high), float32. */
  uniform(shape: readonly number[], low = 0, high = 1): TensorData {
    return this.#stream.fill(shape, () => this.#stream.uniform(low, high));
  }
  /** Independent whole numbers in [low, high], int32. */
  integers(shape: readonly number[], low: number, high: number): TensorData {
    return this.#stream.fill(shape, () => this.#stream.integer(low, high), "int32");
  }
  /** One whole number in [low, high]. */
  integer(low: number, high: number): number {
    return this.#stream.integer(low, high);
  }
  /** One number in [low, high). */
  number(low: number, high: number): number {
    return this.#stream.uniform(low, high);
  }
  /** One element of the list. */
  pick<T>(list: readonly T[]): T {
    return this.#stream.pick(list);
  }
}

/** Runs an ONNX graph of the exercise's `oracle/` folder: inputs and outputs by name. */
export type Onnx = (graph: string, inputs: Readonly<Record<string, TensorData>>) => Promise<Record<string, TensorData>>;

/** An expectation and, where the expected answer is not the reference's, how to get it. */
export interface Expected {
  readonly expectation: Expectation;
  readonly answer?: (draw: Draw, onnx: Onnx) => Value | Promise<Value>;
}

/** Near what a graph of `oracle/` answers to these inputs: its output, or a record of them where it has several. */
function oracle(graph: string, inputs: (draw: Draw) => Readonly<Record<string, TensorData>>, tolerance: Tolerance): Expected;
/** Near what ONNX graphs answer; `draw` gives the same inputs as it gave to `ask`. */
function oracle(answer: (onnx: Onnx, draw: Draw) => Promise<Value>, tolerance: Tolerance): Expected;
function oracle(...args: [string, (draw: Draw) => Readonly<Record<string, TensorData>>, Tolerance] | [(onnx: Onnx, draw: Draw) => Promise<Value>, Tolerance]) {
  if (args.length === 2) return oracleExpected(...args);
  const [graph, inputs, tolerance] = args;
  return oracleExpected(async (onnx, draw) => {
    const outputs = await onnx(graph, inputs(draw));
    const [first, ...others] = Object.values(outputs);
    return others.length > 0 ? outputs : first;
  }, tolerance);
}

const oracleExpected = (answer: (onnx: Onnx, draw: Draw) => Promise<Value>, tolerance: Tolerance): Expected => ({
  expectation: { kind: "near", source: "oracle", tolerance },
  answer: (draw, onnx) => answer(onnx, draw),
});

export const near = {
  /** Near what the reference answers to the same question. */
  reference: (tolerance: Tolerance): Expected => ({ expectation: { kind: "near", source: "reference", tolerance } }),
  oracle,
  /** Near a constant, or a closed form of the same draws. */
  value: (value: Value | ((draw: Draw) => Value), tolerance: Tolerance): Expected => ({
    expectation: { kind: "near", source: "value", tolerance },
    answer: (draw) => (typeof value === "function" ? (value as (draw: Draw) => Value)(draw) : value),
  }),
};

export const exact = {
  /** Equal to what the reference answers. */
  reference: (): Expected => ({ expectation: { kind: "exact", source: "reference" } }),
  /** Equal to a constant, or to a closed form of the same draws. */
  value: (value: Value | ((draw: Draw) => Value)): Expected => ({
    expectation: { kind: "exact", source: "value" },
    answer: (draw) => (typeof value === "function" ? (value as (draw: Draw) => Value)(draw) : value),
  }),
};

/** The answer is a series of numbers: the mean of its last tenth is below `ratio` times the mean of its first tenth. */
export const falls = (ratio = 1): Expected => ({ expectation: { kind: "falls", ratio } });
/** The same, above. */
export const rises = (ratio = 1): Expected => ({ expectation: { kind: "rises", ratio } });
/** The answer, or the last element of a series, lies in [low, high]. */
export const inBand = (low: number, high: number): Expected => ({ expectation: { kind: "inBand", low, high } });
/** The answer is a list of [x, y]: the least-squares slope of y over x lies in [low, high]. */
export const slopeInBand = (low: number, high: number): Expected => ({ expectation: { kind: "slopeInBand", low, high } });
/** The answer is a list of [x, y]: the least-squares slope of ln y over ln x, the exponent of a power law, lies in [low, high]. */
export const logSlopeInBand = (low: number, high: number): Expected => ({ expectation: { kind: "logSlopeInBand", low, high } });
/** The answer is [a, b]: a / b is at least `ratio`. */
export const ratioAtLeast = (ratio: number): Expected => ({ expectation: { kind: "ratioAtLeast", ratio } });

/**
 * The answer is a record, and each of these parts meets its own expectation: what a long training shows is asked for once.
 * `each({ loss: falls(0.5), weights: near.reference({ rtol: 1e-4, atol: 1e-5 }) })`
 */
export const each = (parts: Readonly<Record<string, Expected>>): Expected => ({
  expectation: { kind: "each", parts: Object.fromEntries(Object.entries(parts).map(([name, { expectation }]) => [name, expectation])) },
  answer: async (draw, onnx) => {
    const given: Record<string, Value> = {};
    for (const [name, { answer }] of Object.entries(parts)) if (answer) given[name] = await answer(draw.again(), onnx);
    return given;
  },
});

/** What the implementation has told since the question began, in order, and what it takes. */
export interface AskTools {
  /** Points of `trace.log`. */
  readonly trace: () => readonly TracePoint[];
  /** Spans of `trace.span`, in order of ending, each with its milliseconds and the bytes of tensors that were made in it. */
  readonly spans: () => readonly Span[];
  /** Intermediates of `trace.tensor`. */
  readonly tensors: () => readonly TracedTensor[];
  /**
   * Asks, and measures what it takes. One at a time, and on fresh inputs, as an answer may have been kept:
   * `const { value, ms } = await measure(() => impl.attention(draw.normal([1, n, d]), …))`
   */
  readonly measure: <T>(question: () => Promise<T>) => Promise<Measured<T>>;
}

export interface Measured<T> {
  readonly value: T;
  /** Milliseconds of all calls of the question, by the grader's clock. Some 1 ms of each is the way there and back. */
  readonly ms: number;
  /** Bytes of tensors that one of the calls needed at most at once beyond its arguments, counted as by `tf.memory()`: without `tf.tidy` all that was made. */
  readonly peakBytes: number;
  /** Bytes of all tensors that the calls have made, freed or not, views too: how much was computed, the same on a busy machine. */
  readonly madeBytes: number;
}

export interface CheckSpec<Surface> {
  readonly points: number;
  /** "save": asked on every save; "run": only on Run Exercise and in a full grade. */
  readonly when: "save" | "run";
  /** A hidden check shows its hint, never its inputs nor an expected value. */
  readonly hidden?: boolean;
  /** File names (no extension) in `misconceptions/` that this check must catch. */
  readonly catches?: readonly string[];
  readonly hint?: string;
  /** Milliseconds for the whole question; 5000 on save, 120000 on run. */
  readonly timeout?: number;
  /** `tools.trace()` is what the implementation traced since the question began. */
  readonly ask: (impl: Remote<Surface>, draw: Draw, tools: AskTools) => unknown;
  readonly expect: Expected;
}

export interface CheckDefinition extends CheckSpec<unknown> {
  readonly title: string;
}

const defined: CheckDefinition[] = [];

/** Defines a check. Titles are unique within an exercise: they name the check in grades and in feedback. */
export function check<Surface>(title: string, spec: CheckSpec<Surface>): void {
  if (title.trim() === "" || !isPlain(title)) throw new Error(`the title of a check is one line without characters that do not show: ${JSON.stringify(title)}`);
  if (defined.some((d) => d.title === title)) throw new Error(`two checks are titled "${title}"`);
  defined.push({ ...(spec as CheckSpec<unknown>), title });
}

/** The checks defined so far, in order; for the grader. */
export const definedChecks = (): readonly CheckDefinition[] => defined;

/** Rows of a tensor [n, d] as arrays; any leading axes are flattened. */
export function rows(t: TensorData): number[][] {
  const width = t.shape.at(-1) ?? 1;
  return Array.from({ length: t.data.length / width }, (_, i) => Array.from(t.data.subarray(i * width, (i + 1) * width)));
}

/** Inner product of two equally long lists. */
export const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => Array.from(a).reduce((sum, x, i) => sum + x * (b[i] as number), 0);

/** The same values under another shape. */
export const reshape = (t: TensorData, shape: readonly number[]): TensorData => tensor(t.data, shape, t.dtype);
