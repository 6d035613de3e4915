/** Whether an answer meets its expectation. An answer of the wrong form is a mismatch, never a throw. */
import type { Expectation, Mismatch } from "../protocol/grade.ts";
import type { Value } from "../protocol/tensor.ts";
import { compare } from "./compare.ts";
import { falls, inBand, logSlopeInBand, ratioAtLeast } from "./properties.ts";

export interface Judgement {
  readonly passed: boolean;
  readonly mismatch?: Mismatch;
  /** Largest absolute difference from the expected answer, where the expectation is a distance. */
  readonly error?: number;
}

/**
 * @param want the expected answer of `near` and `exact`; properties need none
 * @throws {Error} when there is nothing to compare with: no evidence, no pass
 */
export function judge(got: Value, want: Value | undefined, expectation: Expectation): Judgement {
  if (expectation.kind === "near" || expectation.kind === "exact") {
    if (want === undefined) throw new Error(`the ${expectation.source} gave no answer to compare with`);
    const { mismatch, error } = compare(got, want, expectation.kind === "near" ? expectation.tolerance : "exact");
    return { passed: !mismatch, mismatch, error };
  }
  const mismatch = failedProperty(got, expectation);
  return { passed: !mismatch, mismatch };
}

function failedProperty(got: Value, expectation: Exclude<Expectation, { kind: "near" | "exact" }>): Mismatch | undefined {
  switch (expectation.kind) {
    case "falls":
      return falls(got, expectation.ratio);
    case "inBand":
      return inBand(got, expectation.low, expectation.high);
    case "logSlopeInBand":
      return logSlopeInBand(got, expectation.low, expectation.high);
    case "ratioAtLeast":
      return ratioAtLeast(got, expectation.ratio);
  }
}
