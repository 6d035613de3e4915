/** What verify finds out about a pack. Plain data: it is printed, written as JSON and kept with a published pack. */
import type { Tolerance } from "../protocol/grade.ts";
import type { BackendInfo } from "../protocol/runtime.ts";

export interface Problem {
  /** Path from the pack's folder. */
  readonly file?: string;
  readonly line?: number;
  readonly message: string;
  /** What to do next. */
  readonly remedy: string;
}

export type Verdict = "passed" | "caught" | "told" | "missed" | "notWritten" | "notProven";

export interface CheckProof {
  readonly title: string;
  readonly when: "save" | "run";
  readonly points: number;
  readonly hidden: boolean;
  readonly tolerance?: Tolerance;
  /** Errors in units of what is allowed: the largest of an accepted implementation, and the smallest of one that is rejected. */
  readonly worstAccepted?: number;
  readonly smallestRejected?: number;
  readonly catches: readonly string[];
  /** Milliseconds that the reference took. */
  readonly ms: number;
}

export interface ImplementationProof {
  readonly name: string;
  readonly kind: "starter" | "reference" | "variant" | "misconception";
  /** Title -> what became of it, over all seeds the worst; without the checks that it was not asked. "told": caught, and by its own sentence. */
  readonly verdicts: Readonly<Record<string, Verdict>>;
  /** Misconceptions whose sentence was told in the place of its own, by some check. */
  readonly takenFor: readonly string[];
  readonly ms: number;
}

export interface ExerciseProof {
  readonly id: string;
  readonly slug: string;
  readonly title: string;
  readonly seeds: { readonly save: readonly number[]; readonly run: readonly number[] };
  readonly backend?: BackendInfo;
  readonly checks: readonly CheckProof[];
  readonly implementations: readonly ImplementationProof[];
  readonly problems: readonly Problem[];
  /** Of its processes, together. */
  readonly ms: number;
  /** Nothing had to be asked anew. */
  readonly cached: boolean;
}

export interface PackProof {
  readonly pack: string;
  readonly version: string;
  /** Of what was proven. */
  readonly digest: string;
  readonly title: string;
  readonly tier: "save" | "run";
  readonly proven: boolean;
  /** Of the pack as a whole. */
  readonly problems: readonly Problem[];
  readonly exercises: readonly ExerciseProof[];
  readonly ms: number;
}
