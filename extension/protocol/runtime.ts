/** Messages between whoever supervises and one runtime process: JSON-RPC 2.0 on file descriptors 3 (in) and 4 (out). */
import { NotificationType, RequestType } from "vscode-jsonrpc";
import type { Containment } from "./containment.ts";
import type { Profile } from "./profile.ts";
import type { DType, TensorData } from "./tensor.ts";
import type { Wire } from "./wire.ts";

export const PROTOCOL_VERSION = 1;

/** File descriptors of the protocol; 0, 1 and 2 belong to the learner's program. */
export const FD_IN = 3;
export const FD_OUT = 4;

export type BackendName = "tfjs-node-gpu" | "webgpu" | "tfjs-node" | "wasm" | "cpu";

/** What a runtime computes on, as shown in the status bar and kept in every grade. */
export interface BackendInfo {
  readonly name: BackendName;
  /** e.g. "WebAssembly SIMD" or the name of the GPU */
  readonly device: string;
  /** Bytes that tensors may take in all, where the backend tells. */
  readonly memory?: number;
  /** Faster rungs that did not start, each with its reason. */
  readonly skipped: readonly { readonly name: BackendName; readonly reason: string }[];
  /** Memory for tensors, where it is known. */
  readonly memoryBytes?: number;
  /** Absent: the full sandbox. "addons": native addons may be loaded and files read. "none": this Node has no sandbox. */
  readonly sandbox?: "addons" | "none";
  /** What of the operating system holds its process. */
  readonly containment?: Containment;
}

/** How fast a backend is on this machine. */
export interface Benchmark {
  readonly matmulGflops: number;
  /** Rows and columns of the product that it was measured with. */
  readonly matmulSize: number;
  readonly uploadGibPerSecond: number;
  readonly downloadGibPerSecond: number;
  /** One operation of many on few numbers: what remains when there is nothing to compute. */
  readonly smallOpMicroseconds: number;
}

/** Every backend, best first. */
export const BACKENDS = ["tfjs-node-gpu", "webgpu", "tfjs-node", "wasm", "cpu"] as const satisfies readonly BackendName[];

/** The source files of one implementation: path relative to `root` -> text. They are served from memory; the runtime reads no disk. */
export interface SourceTree {
  /** Absolute folder that the paths belong to, for stack traces only. */
  readonly root: string;
  readonly files: Readonly<Record<string, string>>;
  /** The module whose exports are the implementation, a key of `files`. */
  readonly entry: string;
}

export interface LoadParams {
  readonly source: SourceTree;
  /** For `random()` of learner code; never the seed that a check's inputs are drawn from. */
  readonly seed: number;
  /** Text of the corpus for `practicum`'s `corpus`, when the learner chose a file. */
  readonly corpus?: string;
}
export interface LoadResult {
  /** Names an implementation within the process: pack code (reference, misconceptions) may share one. */
  readonly implementation: number;
  readonly exports: readonly string[];
}

export interface CallParams {
  readonly implementation: number;
  /** Absent: an exported function of the implementation. Present: a method of an object it returned earlier. */
  readonly handle?: number;
  /** `THE_FUNCTION_ITSELF` when the handle is a function. */
  readonly method: string;
  readonly args: readonly Wire[];
}
export interface Answered {
  readonly value: Wire;
  /** The `RunEvent`s of the call; values may be NaN, which JSON cannot say. */
  readonly trace: Wire;
}
/** An answer that is too large for one message: whoever relays it is to do little at a time. */
export interface HeldAnswer {
  readonly answer: number;
  readonly parts: number;
}
export interface CallResult extends Answered {
  /** Present: `value` and `trace` are fetched, as JSON in so many parts. */
  readonly held?: HeldAnswer;
  /** How long an oracle's graph took. */
  readonly seconds?: number;
  /** Bytes of tensors that the call needed at most at once, beyond its arguments. */
  readonly peakBytes?: number;
  /** Bytes of all tensors that the call made, freed or not. */
  readonly madeBytes?: number;
}

export interface RunParams {
  readonly implementation: number;
  /** `run.ts` of the exercise. */
  readonly program: SourceTree;
  readonly scale: "quick" | "full";
  /** Records every operation. */
  readonly profile?: boolean;
}

export interface TracePoint {
  readonly series: string;
  readonly step: number;
  readonly value: number;
}

/** How a plot wants to be drawn; declared by `run.ts` with `trace.plot`. */
export interface PlotSpec {
  readonly title: string;
  readonly series: readonly string[];
  readonly x?: { readonly label?: string; readonly log?: boolean };
  readonly y?: { readonly label?: string; readonly log?: boolean };
  /** What the checks accept, as the statement says it: drawn behind the curves. An edge that is absent is open. */
  readonly band?: { readonly label: string; readonly low?: number; readonly high?: number };
  /** Series through which a power law y = a x^b is drawn; its exponent is said with its interval. */
  readonly powerLaw?: readonly string[];
  /** Those of `series` that the others are compared with (a floor, a uniform guess, a target): dashed, and nobody expects them to fall. */
  readonly levels?: readonly string[];
}

/** A named stretch of time of the program. */
export interface Span {
  /** Unique within the process, in order of beginning. */
  readonly id: number;
  readonly name: string;
  /** Milliseconds, by the clock of `performance.now()`. */
  readonly start: number;
  readonly duration: number;
  /** Of all tensors that were made while it ran, freed or not. */
  readonly bytes: number;
  /** The span within which it began. */
  readonly parent?: number;
  /** Of how many spans of one name this is the sum, where there were too many to tell each. */
  readonly count?: number;
}

/** A named intermediate of a computation, as it was. */
export interface TracedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: DType;
  /** Absent where it is too large to tell. */
  readonly value?: TensorData;
  readonly statistics: TensorStatistics;
  /** Where it was traced. */
  readonly location?: SourceLocation;
}

/** Over the elements that are finite; `nan` and `infinite` count the others. Without any, mean and extremes are NaN. */
export interface TensorStatistics {
  readonly mean: number;
  readonly deviation: number;
  readonly min: number;
  readonly max: number;
  readonly nan: number;
  readonly infinite: number;
}

export type RunEvent =
  /** `merged`: how many further points came too fast to be told; lowest, highest and last of each series are never among them */
  | { readonly kind: "points"; readonly points: readonly TracePoint[]; readonly merged?: number }
  | { readonly kind: "spans"; readonly spans: readonly Span[] }
  | { readonly kind: "tensors"; readonly tensors: readonly TracedTensor[] }
  | { readonly kind: "plot"; readonly plot: PlotSpec }
  /** All that is known so far: it replaces what was told before */
  | { readonly kind: "profile"; readonly profile: Profile }
  /** `left` in words, e.g. "about 3 min left" */
  | { readonly kind: "progress"; readonly done: number; readonly total: number; readonly label?: string; readonly left?: string };

/** Where in a source file something went wrong; 1-based line and column. */
export interface SourceLocation {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** An error of the implementation, as data of a JSON-RPC error. */
export interface ImplementationFault {
  /**
   * "died": the process ended under the question. "timedOut": it used up the time that the question had, and was ended. "busy": it got too little of a
   * processor to use it up, and was ended; nothing is known of it. These three are the supervisor's to say, the others the process's own.
   */
  readonly kind: "compile" | "threw" | "notWritten" | "missing" | "died" | "timedOut" | "busy";
  /** Who ended the process, where it has ended: a process may also be ended by us because it is at a bound. */
  readonly by?: "us" | "itself";
  readonly message: string;
  /** Of a process that died: how, as in "exit code 0". */
  readonly how?: string;
  /** Of a process that died: it had ended before it was asked, so the question is not the cause. */
  readonly before?: true;
  readonly location?: SourceLocation;
  readonly stack?: string;
}

/** JSON-RPC error code under which an `ImplementationFault` travels. */
export const IMPLEMENTATION_FAULT = -32001;

/** Method name under which a handle that is a function is called. */
export const THE_FUNCTION_ITSELF = "()";

export const LoadRequest = new RequestType<LoadParams, LoadResult, ImplementationFault>("load");
export const CallRequest = new RequestType<CallParams, CallResult, ImplementationFault>("call");
/** Answered a turn of the event loop later: what was left to be done at once after the last answer is done by then. */
export const SettledRequest = new RequestType<null, null, ImplementationFault>("settled");
/** One part of an answer that is held, in order; with the last one it is no longer held. */
export const AnswerPartRequest = new RequestType<AnswerPart, string, ImplementationFault>("answerPart");
export interface AnswerPart {
  readonly answer: number;
  readonly part: number;
}
export const RunRequest = new RequestType<RunParams, null, ImplementationFault>("run");
export const BenchmarkRequest = new RequestType<null, Benchmark, ImplementationFault>("benchmark");
/** Of the oracle: the execution providers that its ONNX Runtime was built with. */
export const ProvidersRequest = new RequestType<null, readonly string[], unknown>("providers");
/** A `RunEvent`, encoded: values may be NaN. */
export const RunEventNotification = new NotificationType<Wire>("runEvent");
export const ReadyNotification = new NotificationType<{ readonly protocol: number; readonly backend: BackendInfo }>("ready");

/**
 * Runtime -> supervisor, during a run: checkpoints are files, and the runtime has none. `data` is base64, one part of a file after the other.
 * A file is there when its last part is.
 */
export const SaveCheckpointRequest = new RequestType<SavedPart, null, void>("saveCheckpoint");
/** The part that begins at `offset`, or null where there is no such checkpoint. */
export const LoadCheckpointRequest = new RequestType<{ readonly name: string; readonly offset: number }, CheckpointPart | null, void>("loadCheckpoint");
export interface CheckpointPart {
  readonly data: string;
  readonly last: boolean;
}
export interface SavedPart extends CheckpointPart {
  readonly name: string;
}
export const RemoveCheckpointRequest = new RequestType<{ readonly name: string }, null, void>("removeCheckpoint");
/** Bytes of one part. */
export const CHECKPOINT_PART = 4 * 2 ** 20;
