/** Where a run's time and memory went: what the runtime records, and what the panel shows of it. */
import type { SourceLocation } from "./runtime.ts";

/**
 * What the time of an operation is. "computed": until its numbers were there. "device": what the GPU's own clock says.
 * "queued": until the GPU was told to compute it.
 */
export const CLOCKS = ["computed", "device", "queued"] as const;
export type Clock = (typeof CLOCKS)[number];

/** A line of the learner's: index of `files`, line and column from 1. */
export type Place = readonly [file: number, line: number, column: number];

/** All calls of one span or operation below one path of others. */
export interface CallNode {
  readonly name: string;
  readonly kind: "span" | "op";
  /** Index of the node around; it stands before. The first node is the run itself and has none. */
  readonly parent?: number;
  readonly calls: number;
  /** Milliseconds, without what recording took. */
  readonly total: number;
  /** Of these, what was not within a node inside. */
  readonly self: number;
  /** Of its outputs. */
  readonly bytes: number;
  /** Multiplications and additions of its products of matrices and convolutions, where it is one. */
  readonly flops: number;
  /** Where it was called: index of `places`, and how many of the calls that were looked at, taking how long. */
  readonly from: readonly (readonly [place: number, calls: number, ms: number])[];
}

/** One call: index of its node, beginning and duration in milliseconds, and index of its place or -1. */
export type Frame = readonly [node: number, start: number, duration: number, place: number];

/** Times are in milliseconds since recording began. */
export interface Profile {
  readonly clock: Clock;
  /** False: spans only. */
  readonly ops: boolean;
  readonly ms: number;
  /** What recording took of it. */
  readonly recordingMs: number;
  /** Measured rate of this machine's product of matrices, in 10^9 operations a second. */
  readonly gigaflops?: number;
  /** Of so many calls the line was looked up. */
  readonly located: number;
  readonly files: readonly string[];
  readonly places: readonly Place[];
  readonly nodes: readonly CallNode[];
  /** The first calls, in order of beginning. */
  readonly head: readonly Frame[];
  /** The last ones, in order of their end; between them others were left out. */
  readonly tail: readonly Frame[];
  /** Of tensors, after an operation. */
  readonly memory: readonly (readonly [ms: number, bytes: number])[];
  readonly peak?: { readonly ms: number; readonly bytes: number; readonly node: number };
}

/** One bar of the time: what is within spans of that name, and not within others inside. */
export interface ComponentTime {
  readonly name: string;
  /** A span of the program's; otherwise what is in none. */
  readonly isSpan: boolean;
  readonly calls: number;
  readonly ms: number;
  readonly flops: number;
  readonly place?: SourceLocation;
}

/** All calls of one operation. */
export interface OpTime {
  readonly name: string;
  readonly calls: number;
  readonly total: number;
  readonly self: number;
  readonly bytes: number;
  readonly flops: number;
  /** Where it took longest, of how many lines. */
  readonly place?: SourceLocation;
  readonly lines: number;
}

export type ReportNode = Omit<CallNode, "from"> & { readonly place?: SourceLocation };

/** A profile as it is shown. */
export interface ProfileReport {
  readonly clock: Clock;
  readonly ops: boolean;
  readonly ms: number;
  readonly gigaflops?: number;
  /** What stands out, most important first. */
  readonly findings: readonly string[];
  /** How the numbers came about. */
  readonly notes: readonly string[];
  readonly components: readonly ComponentTime[];
  readonly table: readonly OpTime[];
  readonly nodes: readonly ReportNode[];
  /** Index of the node, beginning, duration, and the row to draw it in. */
  readonly frames: readonly (readonly [node: number, start: number, duration: number, row: number])[];
  /** Between these times calls were left out; so many. */
  readonly gap?: { readonly from: number; readonly to: number; readonly calls: number };
  readonly memory: Profile["memory"];
  readonly peak?: { readonly ms: number; readonly bytes: number; readonly where: string; readonly place?: SourceLocation };
}
