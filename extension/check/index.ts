/**
 * What hidden checks are written in. A check is data plus one question; the question is asked of every implementation in the same way,
 * from the grader's process. This module never judges: `extension/grading` does.
 */
import type { Tensor } from "@tensorflow/tfjs";
import { BOUNDS } from "../protocol/bounds.ts";
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

/** Beside the reference's figure, which is measured on the same inputs: at most `times` as much, and `plus` more. */
export interface Allowance {
  /** 1 by default. */
  readonly times?: number;
  /** In ms, or in bytes; 0 by default. */
  readonly plus?: number;
}

const noMore =
  (of: "time" | "memory") =>
  ({ times = 1, plus = 0 }: Allowance): Expected => ({ expectation: { kind: "noMore", of, source: "reference", times, plus } });

/**
 * The answer is an `ms` of `measure`. Be generous, a factor of 4 and more: caches are shared with whatever else the machine does. `verify` asks for a factor of 2
 * on both sides of what may come on top of the reference's (as a part of `each`, for a tenth).
 */
export const noMoreTime: (allowance: Allowance) => Expected = noMore("time");
/**
 * The answer is a `residentBytes` of `resident`. Choose sizes at which what is wrong takes hundreds of MiB: what the garbage collector leaves for later differs by
 * some tens. Where the system tells no such figure this part holds; let bytes that were counted be another part of `each`, which then decides.
 */
export const noMoreMemory: (allowance: Allowance) => Expected = noMore("memory");

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

/**
 * What the implementation has told since the question began, in order, and what it takes.
 *
 * What an implementation tells of itself (points, spans, intermediates, bytes that its process counts) is evidence of the second class: a program can tell
 * anything. Such a figure may make a check fail; let what passes rest on answers, and on `ms` and `residentBytes`, which the operating system tells.
 */
export interface AskTools<Surface = never> {
  /** Points of `trace.log`: the word of the implementation. */
  readonly trace: () => readonly TracePoint[];
  /**
   * Spans of `trace.span`, in order of ending, each with its milliseconds and the bytes of tensors that were made in it: the word of the implementation. Their sum can be
   * held against `ms` of `measure`, how it is shared out among them cannot. The calls that told them are judged, as those of `measure` are.
   */
  readonly spans: () => readonly Span[];
  /** Intermediates of `trace.tensor`. */
  readonly tensors: () => readonly TracedTensor[];
  /**
   * Asks, and measures what it takes. One at a time, and on fresh inputs, as an answer may have been kept:
   * `const { ms } = await measure(() => impl.attention(draw.normal([1, n, d]), …))`, then `expect: noMoreTime({ times: 4 })`.
   * Everything that an honest implementation cannot do beforehand belongs within: a session is begun in there, and many steps of it are one question.
   *
   * Whatever the check returns, the answers of all calls within are held against the reference's on the same inputs, by this tolerance (1e-3 and 1e-3 by
   * default): what is measured is judged. So the calls of a question, and their inputs, follow from `draw` alone.
   */
  readonly measure: <T>(question: () => Promise<T>, tolerance?: Tolerance) => Promise<Measured<T>>;
  /**
   * Asks an implementation in a process that is started for this one question, and tells the most memory that the process has had, by the word of the operating
   * system (Linux). Loading counts: what was taken before the question is no excuse. Some 0.3 s and the question itself, of the attempt and of the reference: a
   * tool for checks that are asked on a run. The answers of all calls within are judged, as those of `measure` are. Not asked of misconceptions, except by
   * `verify`: a check on save, which counts bytes, tells which mistake it is.
   * `const { residentBytes, peakBytes } = await resident((impl) => impl.attention(draw.normal([1, 8192, 4]), …))`, then `expect: each({ residentBytes: noMoreMemory({ plus: 96 * 2 ** 20 }), … })`
   */
  readonly resident: <T>(question: (impl: Remote<Surface>) => Promise<T>, tolerance?: Tolerance) => Promise<Resident<T>>;
}

export interface Measured<T> extends Counted {
  readonly value: T;
  /**
   * Milliseconds of processor time that the implementation's process took from the first call to the last answer, all its threads together, by the word of
   * the operating system (Linux); where that tells none, those of all calls by the grader's clock, and the grade says so.
   */
  readonly ms: number;
  /** Milliseconds from asking to answering of all calls together, by the grader's clock: no span of theirs is longer. How busy the machine is counts. */
  readonly elapsedMs: number;
  /** Bytes of all tensors that the calls have made, freed or not, views too. Counted in the implementation's own process: the second class. */
  readonly madeBytes: number;
}

export interface Resident<T> extends Counted {
  readonly value: T;
  /** The most memory that the process has had at a time, that of the runtime itself (some 100 MiB) included; undefined where the system does not tell. */
  readonly residentBytes: number | undefined;
}

export interface Counted {
  /**
   * Bytes of tensors that one of the calls needed at most at once beyond its arguments, counted as by `tf.memory()`: without `tf.tidy` all that was made. Counted in
   * the implementation's own process: the second class.
   */
  readonly peakBytes: number;
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
  /** Milliseconds for the whole question, at most 600000; without it 5000 on save, 120000 on run. */
  readonly timeout?: number;
  /** `tools.trace()` is what the implementation traced since the question began. */
  readonly ask: (impl: Remote<Surface>, draw: Draw, tools: AskTools<Surface>) => unknown;
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
  if (spec.timeout !== undefined && !isTimeout(spec.timeout))
    throw new Error(`the timeout of "${title}" is not from 1 to ${MOST_MS} milliseconds: ${String(spec.timeout)}`);
  defined.push({ ...(spec as CheckSpec<unknown>), title });
}

const MOST_MS = 1000 * BOUNDS.mostCheckSeconds;
const isTimeout = (ms: unknown): boolean => typeof ms === "number" && ms >= 1 && ms <= MOST_MS;

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
