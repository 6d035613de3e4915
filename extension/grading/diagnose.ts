/** Diagnosis: which known misconception gives the attempt's wrong answer. Deterministic, and reveals no expected value. */
import type { Diagnosis, Expectation, Tolerance } from "../protocol/grade.ts";
import type { Value } from "../protocol/tensor.ts";
import { type Comparison, compare, isPlain, together } from "./compare.ts";
import { judge } from "./judge.ts";

export interface Candidate {
  readonly misconception: string;
  /** What the learner is told. */
  readonly sentence: string;
  /** The misconception's answer to the same question on the same inputs. */
  readonly answer: Value;
}

/** Two runs of the same float32 arithmetic: for expectations that have no tolerance of their own. */
const SAME: Tolerance = { rtol: 1e-5, atol: 1e-7 };

/** An answer this many times nearer to the misconception than to the expected answer is the misconception's. */
const CLEARLY = 10;

/** @param got an answer that was judged wrong */
export function diagnose(got: Value, candidates: readonly Candidate[], want: Value | undefined, expectation: Expectation): Diagnosis | undefined {
  if (!tellsMistakes(expectation)) return undefined; // many things take long
  if (got === undefined) return undefined; // a missing `return` says nothing about which mistake was made
  const toWanted = want === undefined ? undefined : alike(got, want, expectation).error;
  const limit = (toWanted || Infinity) / CLEARLY; // no distance: they differ in form, not in numbers
  let nearest: Diagnosis | undefined;
  for (const { misconception, sentence, answer } of candidates) {
    const { mismatch, error: distance = 0 } = alike(got, answer, expectation);
    if (mismatch || distance > limit || distance >= (nearest?.distance ?? Infinity)) continue;
    if (!judge(answer, want, expectation).passed) nearest = { misconception, sentence, distance };
  }
  return nearest;
}

const tellsMistakes = (expectation: Expectation): boolean =>
  expectation.kind === "each" ? Object.values(expectation.parts).some(tellsMistakes) : expectation.kind !== "noMore";

/** Whether two answers are the same, as far as the expectation tells answers apart. Time and memory are never the same, and tell no mistake from another. */
function alike(a: Value, b: Value, expectation: Expectation): Comparison {
  if (expectation.kind === "noMore") return {};
  if (expectation.kind === "each" && isPlain(a) && isPlain(b)) {
    return together(Object.entries(expectation.parts).map(([name, part]) => alike(a[name], b[name], part)));
  }
  return compare(a, b, expectation.kind === "near" ? expectation.tolerance : expectation.kind === "exact" ? "exact" : SAME);
}
