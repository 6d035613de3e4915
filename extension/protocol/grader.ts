/** Messages between the supervisor and one grader process, on the same descriptors as a runtime's. */
import { NotificationType, RequestType } from "vscode-jsonrpc";
import type { CheckDescription, CheckResult, UnaskedCheck } from "./grade.ts";
import type { AnswerPart, CallParams, CallResult, ImplementationFault, LoadResult, SourceTree } from "./runtime.ts";

/** Which implementation the grader wants to ask. The supervisor alone decides what process that is. */
export type ImplementationName = "attempt" | "reference" | "oracle" | `misconceptions/${string}` | `variants/${string}`;

export interface PrepareParams {
  readonly exercise: string;
  /** `*.check.ts` and what they import, served from memory. */
  readonly checks: SourceTree;
  /** Every file of the folder named `*.check.ts`, in order. */
  readonly checkFiles: readonly string[];
  readonly seed: number;
  readonly tier: "save" | "run";
  /** Titles of the checks to prepare; all of the tier when absent. */
  readonly only?: readonly string[];
  /** Misconception name -> the sentence that the learner is told. */
  readonly sentences: Readonly<Record<string, string>>;
}
/** Loads the checks and asks the reference: all that can be done before the attempt is there. @returns every check, also those left out */
export const PrepareRequest = new RequestType<PrepareParams, { readonly checks: readonly CheckDescription[] }, ImplementationFault>("prepare");

/** For verify, which judges one implementation after another; a learner's grade has none of them. */
export interface GradeParams {
  /** Titles of the prepared checks to ask. */
  readonly only?: readonly string[];
  readonly evidence?: boolean;
  /** False: it is not found out which mistake was made. */
  readonly diagnose?: boolean;
}
/** Judges the attempt. */
export const GradeRequest = new RequestType<GradeParams, { readonly results: readonly CheckResult[]; readonly unasked: readonly UnaskedCheck[] }, void>(
  "grade",
);
export const CheckFinished = new NotificationType<CheckResult>("checkFinished");

/** Grader -> supervisor. "attempt" is whatever is to be judged, for verify also a variant or a misconception. */
export const StartRequest = new RequestType<StartParams, StartResult, ImplementationFault>("start");
export interface StartParams {
  readonly name: ImplementationName;
  /** In a process of its own, which has done nothing else: what the system says of that process is of one question. */
  readonly alone?: boolean;
}
export interface StartResult {
  readonly id: number;
  readonly load: LoadResult;
}
/** The implementation is in a loop, or no longer needed: its process may go. */
export const StopNotification = new NotificationType<{ readonly id: number }>("stop");
export const AskRequest = new RequestType<CallParams & { readonly id: number; readonly budget: Budget }, CallResult, ImplementationFault>("ask");
/** A part of an answer that a runtime holds. */
export const PartOfAnswerRequest = new RequestType<AnswerPart & { readonly id: number; readonly budget: Budget }, string, ImplementationFault>("partOfAnswer");

/** JSON-RPC error code of what the grader asks for and does not get, as it is beyond a bound: a fault of the pack. No other process can say so. */
export const REFUSED = -32002;

/** What the calls of one question of a check may take together: the supervisor keeps the clock, as it sees them go and come back. */
export interface Budget {
  /** Counts the questions of the grader. */
  readonly question: number;
  /** Charged seconds. */
  readonly seconds: number;
}

/** Grader -> supervisor: what pack code runs from now on, and how many charged seconds it has for what it does by itself. It may never return to say more. */
export const PartNotification = new NotificationType<Part>("part");
export interface Part {
  /** As the beginning of a sentence. */
  readonly what: string;
  readonly seconds: number;
}
/** A fault of kind "died" where its process has ended. */
export const OutsideRequest = new RequestType<{ readonly id: number }, Outside, ImplementationFault>("outside");
/** What the operating system says of the process of an implementation. Nothing of it comes from that process; what the system does not tell is absent. */
export interface Outside {
  /** Processor time of all its threads so far, in ms. */
  readonly processorMs?: number;
  /** The most memory that it has had at a time, in bytes, since it was started. */
  readonly peakBytes?: number;
}
/** Answered when what the last call has left to be done at once is done: an attempt that ends its process after an answer ends it before this one. */
export const SettleRequest = new RequestType<{ readonly id: number }, null, ImplementationFault>("settle");
