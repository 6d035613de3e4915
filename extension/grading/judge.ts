/** Whether an answer meets its expectation. An answer of the wrong form is a mismatch, never a throw. */
import type { Expectation } from "../protocol/grade.ts";
import type { Value } from "../protocol/tensor.ts";
import { type Comparison, compare, isPlain, normalizedOf } from "./compare.ts";
import { describeForm } from "./describe.ts";
import { noMore } from "./noMore.ts";
import type { Finding } from "./numbers.ts";
import { falls, inBand, logSlopeInBand, ratioAtLeast, rises, slopeInBand } from "./properties.ts";

/** `error`: where the expectation is a distance. */
export interface Judgement extends Comparison {
  readonly passed: boolean;
}

type Parts = Extract<Expectation, { kind: "each" }>["parts"];

/**
 * @param want the expected answer of `near` and `exact`, or of such parts of `each`; properties need none
 * @throws {Error} when there is nothing to compare with: no evidence, no pass
 */
export function judge(got: Value, want: Value | undefined, expectation: Expectation): Judgement {
  const finding = find(got, want, expectation);
  return { passed: !finding.mismatch, ...finding };
}

function find(got: Value, want: Value | undefined, expectation: Expectation): Comparison {
  if (expectation.kind === "each") return findEach(got, want, expectation.parts);
  if (expectation.kind === "noMore") return noMore(got, want, expectation);
  if (expectation.kind !== "near" && expectation.kind !== "exact") return findProperty(got, expectation);
  if (want === undefined) throw new Error(`the ${expectation.source} gave no answer to compare with`);
  return compare(got, want, expectation.kind === "near" ? expectation.tolerance : "exact");
}

function findProperty(got: Value, expectation: Exclude<Expectation, { kind: "near" | "exact" | "each" | "noMore" }>): Finding {
  switch (expectation.kind) {
    case "falls":
      return falls(got, expectation.ratio);
    case "rises":
      return rises(got, expectation.ratio);
    case "inBand":
      return inBand(got, expectation.low, expectation.high);
    case "slopeInBand":
      return slopeInBand(got, expectation.low, expectation.high);
    case "logSlopeInBand":
      return logSlopeInBand(got, expectation.low, expectation.high);
    case "ratioAtLeast":
      return ratioAtLeast(got, expectation.ratio);
  }
}

function findEach(got: Value, want: Value | undefined, parts: Parts): Finding {
  const names = Object.keys(parts);
  if (!isPlain(got)) return { mismatch: { kind: "type", path: "", got: describeForm(got), want: `an object with ${names.join(", ")}` } };
  const findings = names.map((name) => {
    const { mismatch, normalizedError } = find(part(got, name), want === undefined ? undefined : part(want, name), parts[name] as Expectation);
    return { normalizedError, ...(mismatch && { mismatch: { ...mismatch, path: `.${name}${mismatch.path}` } }) };
  });
  return { mismatch: findings.find(({ mismatch }) => mismatch)?.mismatch, normalizedError: normalizedOf(findings) };
}

const part = (whole: Value, name: string): Value => (isPlain(whole) && Object.hasOwn(whole, name) ? whole[name] : undefined);
