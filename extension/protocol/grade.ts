/** What a grade is made of. Outcomes are never merged: no evidence, no pass. */
import type { BackendInfo, SourceLocation } from "./runtime.ts";
import type { Divergence, TensorMismatch } from "./tensorMismatch.ts";

export type Outcome = "passed" | "failed" | "errored" | "timedOut" | "notGraded";

/** `|a - b| <= atol + rtol * |b|`, always both. */
export interface Tolerance {
  readonly rtol: number;
  readonly atol: number;
}

/** How an answer is judged: data, so that it can be recorded, replayed and shown. */
export type Expectation =
  /** near the answer that the reference, the oracle or a given value gives */
  | { readonly kind: "near"; readonly source: "reference" | "oracle" | "value"; readonly tolerance: Tolerance }
  | { readonly kind: "exact"; readonly source: "reference" | "value" }
  /** the answer is a series of numbers in order of step: mean of the last tenth is below `ratio` of the mean of the first tenth */
  | { readonly kind: "falls"; readonly ratio: number }
  /** the same, above */
  | { readonly kind: "rises"; readonly ratio: number }
  /** a number, or the last element of a series, lies in the closed band */
  | { readonly kind: "inBand"; readonly low: number; readonly high: number }
  /** the answer is [x, y] points; the least-squares slope of y over x lies in the closed band */
  | { readonly kind: "slopeInBand"; readonly low: number; readonly high: number }
  /** the same on logarithmic axes: the exponent of a power law */
  | { readonly kind: "logSlopeInBand"; readonly low: number; readonly high: number }
  /** the answer is two numbers; first / second is at least `ratio` */
  | { readonly kind: "ratioAtLeast"; readonly ratio: number }
  /** the answer is a figure of time (ms) or memory (bytes), at most `times` the reference's and `plus` more; a figure that the system does not tell is not judged */
  | { readonly kind: "noMore"; readonly of: "time" | "memory"; readonly source: "reference"; readonly times: number; readonly plus: number }
  /** the answer is a record, and each of these parts meets its own expectation */
  | { readonly kind: "each"; readonly parts: Readonly<Record<string, Expectation>> };

/** Where two answers differ. */
export interface Mismatch {
  readonly kind: "type" | "dtype" | "shape" | "values" | "property";
  /** Path within a structured answer, e.g. `.weights[0]`; empty at the top. */
  readonly path: string;
  readonly got: string;
  readonly want: string;
  /** For `values`: */
  readonly worstIndex?: readonly number[];
  readonly differing?: number;
  readonly total?: number;
  readonly nan?: number;
  readonly infinite?: number;
  readonly maxError?: number;
}

/** The misconception whose answer equals the attempt's wrong answer. */
export interface Diagnosis {
  readonly misconception: string;
  readonly sentence: string;
  /** Largest absolute difference between the attempt's answer and the misconception's. */
  readonly distance: number;
}

/** What a check says of itself. */
export interface CheckDescription {
  readonly title: string;
  readonly when: "save" | "run";
  readonly points: number;
  readonly hidden: boolean;
  readonly catches: readonly string[];
  readonly expectation: Expectation;
}

/** What verify learns of an answer beyond the verdict; a learner's grade never holds it. */
export interface Evidence {
  /** The largest error in units of what is allowed; absent where no number says it. */
  readonly normalizedError?: number;
  /** sha256 of the answer. */
  readonly digest?: string;
  /** The check measured time or memory: the answer is another each time. */
  readonly measured?: boolean;
}

export interface CheckResult {
  readonly id: string;
  readonly title: string;
  readonly hidden: boolean;
  readonly when: "save" | "run";
  readonly points: number;
  readonly outcome: Outcome;
  /** What the learner reads. Never holds an expected value of a hidden check. */
  readonly message: string;
  /** What the verdict rests on, where that is less than it should be: a figure that this system does not tell. */
  readonly remark?: string;
  readonly hint?: string;
  readonly diagnosis?: Diagnosis;
  readonly mismatch?: Mismatch;
  /** Function of the surface that the check asked first: where its verdict belongs in the learner's file. */
  readonly asks?: string;
  /** Learner's line, when the attempt threw. */
  readonly location?: SourceLocation;
  readonly ms: number;
  /** Largest error against the expected answer, where the expectation is a distance. For verify. */
  readonly error?: number;
  readonly tolerance?: Tolerance;
  readonly evidence?: Evidence;
  /** The first tensors, or tables of numbers, of a wrong answer that differ. Of a hidden check nothing from which an expected value follows. */
  readonly tensors?: readonly TensorMismatch[];
  /** Where attempt and reference part, when both trace their intermediates. */
  readonly divergence?: Divergence;
}

/** A check that a tier does not ask: what is known of it without an answer. */
export type UnaskedCheck = Pick<CheckResult, "id" | "title" | "hidden" | "points">;

export interface Grade {
  readonly exercise: string;
  readonly pack: string;
  readonly packVersion: string;
  readonly outcome: Outcome;
  /** Sum of the points of passed checks, and of all checks that were asked. */
  readonly score: number;
  readonly points: number;
  readonly tier: "save" | "run";
  /** Checks of the exercise that this tier does not ask. */
  readonly unasked?: readonly UnaskedCheck[];
  readonly checks: readonly CheckResult[];
  /** Problem of the attempt as a whole: it does not compile, or throws while loading. */
  readonly problem?: { readonly message: string; readonly location?: SourceLocation };
  readonly backend: BackendInfo;
  readonly seed: number;
  /** Whoever asked has chosen the seed, so its inputs were known beforehand: it shows what happens, is never kept, and opens nothing. */
  readonly replay?: true;
  readonly digests: { readonly attempt: string; readonly pack: string; readonly checks: string; readonly runtime: string };
  readonly startedAt: string;
  readonly ms: number;
}

/** The outcome of a whole: the worst evidence wins, and nothing asked is `notGraded`. */
export function overall(outcomes: readonly Outcome[]): Outcome {
  if (outcomes.length === 0) return "notGraded";
  for (const worst of ["notGraded", "errored", "timedOut", "failed"] as const) {
    if (outcomes.includes(worst)) return worst;
  }
  return "passed";
}
