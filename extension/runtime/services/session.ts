/** What this process was given, and where what it tells goes: state that the services share. */
import type { Encoded, EncodeParams } from "../../protocol/pretrained.ts";
import type { BackendInfo, RunEvent, SourceLocation } from "../../protocol/runtime.ts";
import { Sampling } from "./sampling.ts";

export interface Session {
  readonly sink: (event: RunEvent) => void;
  readonly seed: number;
  /** Text of the exercise or of the learner's own file. */
  readonly corpus: string;
  readonly backend: BackendInfo;
  readonly sampling: Sampling;
  /** The line of the program that called a function of ours. */
  readonly callerOf: (ours: (...args: never[]) => unknown) => SourceLocation | undefined;
  readonly checkpoints: Checkpoints;
  /** Asks a pretrained model. */
  readonly encode: (params: EncodeParams) => Promise<Encoded>;
  /** Of a run: hears of spans as they begin and end. */
  readonly recorder?: SpanRecorder;
}

export interface SpanRecorder {
  beginSpan(id: number, name: string, parent: number | undefined): void;
  endSpan(id: number): void;
}

export interface Checkpoints {
  readonly save: (name: string, file: Uint8Array) => Promise<void>;
  readonly load: (name: string) => Promise<Uint8Array | undefined>;
  readonly remove: (name: string) => Promise<void>;
}

/** Where a learner finds it, from the attempt's folder. */
export const checkpointFile = (name: string): string => `.practicum/checkpoints/${name}.safetensors`;

/** A grade asks many implementations the same, and none may leave anything to another. */
const refused = async (): Promise<never> => {
  throw new Error("Checkpoints are of a run: run.ts can keep and restore weights, a grade cannot.");
};

const noModels = async (): Promise<never> => {
  throw new Error("Pretrained models are of a run: run.ts can ask them, a grade hands hidden states to your functions.");
};

let current: Session = {
  ...{ sink: () => {}, seed: 0, corpus: "" },
  backend: { name: "cpu", device: "none", skipped: [] },
  sampling: new Sampling(),
  callerOf: () => undefined,
  checkpoints: { save: refused, load: refused, remove: refused },
  encode: noModels,
};
/** What is still being read from a device; whoever answers waits for it. */
const reading = new Set<Promise<unknown>>();

export const session = (): Session => current;

export function configure(part: Partial<Session>): void {
  current = { ...current, ...Object.fromEntries(Object.entries(part).filter(([, value]) => value !== undefined)) };
}

/** Lets the sink have what `work` tells before the answer is given. */
export function beforeAnswer(work: Promise<unknown>): void {
  const tracked = work.finally(() => reading.delete(tracked));
  tracked.catch(() => {}); // `allTold` hears of it
  reading.add(tracked);
}

export const allTold = (): Promise<unknown> => Promise.all(reading);
