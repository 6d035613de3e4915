/**
 * The module `practicum` that learners import: tracing, progress, seeded random numbers, a corpus.
 * Shapes and units stand with each function. Nothing here needs a network or a file.
 */
import { type CorpusOptions, type GeneratedCorpus, generateCorpus } from "../protocol/corpus.ts";
import { RandomStream } from "../protocol/random.ts";
import type { PlotSpec, RunEvent, TracePoint } from "../protocol/runtime.ts";

/** Thrown by `notWrittenYet`: the grader tells it from a mistake. */
export class NotWrittenYet extends Error {
  constructor() {
    super("not written yet");
    this.name = "NotWrittenYet";
  }
}

/** The body of a function that is still to be written. */
export function notWrittenYet(): never {
  throw new NotWrittenYet();
}

type Sink = (event: RunEvent) => void;
let sink: Sink = () => {};
let seed = 0;
let corpusText = "";

/**
 * For the runtime: where events go, and what this process was given.
 * @internal
 */
export function configure(options: { sink?: Sink; seed?: number; corpus?: string }): void {
  if (options.sink) sink = options.sink;
  if (options.seed !== undefined) seed = options.seed;
  if (options.corpus !== undefined) corpusText = options.corpus;
}

export const trace = {
  /**
   * Adds one point to each named series. Non-finite values are kept: a NaN loss is something to see.
   * @param values series name -> value
   * @param step position on the x axis, e.g. the training step or the sequence length
   */
  log(values: Readonly<Record<string, number>>, step: number): void {
    const points: TracePoint[] = Object.entries(values).map(([series, value]) => ({ series, step, value: Number(value) }));
    sink({ kind: "points", points });
  },
  /** Declares how series are drawn; without it each series gets a plot of its own. */
  plot(plot: PlotSpec): void {
    sink({ kind: "plot", plot });
  },
};

/** Reports how far a long computation has come. */
export function progress(done: number, total: number, label?: string): void {
  sink({ kind: "progress", done, total, label });
}

/** Lets messages out and cancellation in; a training loop awaits it now and then. */
export const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A stream of seeded random numbers, the same on every backend; without a seed, the seed of this run. */
export function random(own: number = seed): RandomStream {
  return new RandomStream(own);
}

/** Text to train on. */
export const corpus = {
  /** The text that ships with the exercise, or the learner's own file (setting `practicum.corpus`). */
  text(): string {
    return corpusText;
  },
  /** Text of a seeded source whose entropy is known: the loss that no model can go below. @param length symbols */
  generate(length: number, options: Partial<CorpusOptions> = {}): GeneratedCorpus {
    return generateCorpus(length, { seed, ...options });
  },
};

/** What `run.ts` is given: its default export is `async (attempt: Surface, options: RunOptions) => void`. */
export interface RunOptions {
  /** "quick" finishes within a minute on a laptop; "full" is the exercise as stated. */
  readonly scale: "quick" | "full";
}
