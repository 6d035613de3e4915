import assert from "node:assert/strict";
import { explain, redact } from "../../extension/grading/explain.ts";
import { judge } from "../../extension/grading/judge.ts";
import type { Expectation, Mismatch } from "../../extension/protocol/grade.ts";
import { tensor, type Value } from "../../extension/protocol/tensor.ts";
import { assertGolden } from "./golden.ts";

const near: Expectation = { kind: "near", source: "reference", tolerance: { rtol: 1e-4, atol: 1e-5 } };
const cases: [string, Value, Value, Expectation][] = [
  ["a count", 117_000_000, 124_439_808, { kind: "exact", source: "value" }],
  ["one value of several", tensor([1, 2, 3, 5], [2, 2]), tensor([1, 2, 3, 4], [2, 2]), near],
  ["several values", tensor([1.25, 2, 3.5, 5], [2, 2]), tensor([1, 2, 3, 4], [2, 2]), near],
  ["all values", tensor([0.5, 1, 1.5], [3]), tensor([1, 2, 3], [3]), near],
  ["NaN among them", tensor([NaN, NaN, 3, 5], [2, 2]), tensor([1, 2, 3, 4], [2, 2]), near],
  ["a single infinite value", tensor([Infinity, 2], [2]), tensor([1, 2], [2]), near],
  ["NaN and infinite", tensor([NaN, Infinity, 3], [3]), tensor([1, 2, 3], [3]), near],
  ["another shape", tensor([1, 2, 3, 4, 5, 6], [6]), tensor([1, 2, 3, 4, 5, 6], [2, 3]), near],
  ["a vector for a number", tensor([1, 2], [2]), 3, near],
  ["a transposed shape", tensor([1, 2, 3, 4, 5, 6], [3, 2]), tensor([1, 2, 3, 4, 5, 6], [2, 3]), near],
  ["another dtype", tensor([1], [1], "int32"), tensor([1], [1]), near],
  ["no return", undefined, tensor([1, 2], [2]), near],
  ["a list for a tensor", [1, 2], tensor([1, 2], [2]), near],
  ["a nested part", { weights: [tensor([1], [1]), tensor([2, 2], [2])] }, { weights: [tensor([1], [1]), tensor([2, 3], [2])] }, near],
  ["text", "relu", "gelu", { kind: "exact", source: "value" }],
  ["a loss that does not fall", [4.2, 4.1, 4.15], undefined, { kind: "falls", ratio: 0.8 }],
  ["a loss that is NaN", [4.2, NaN, NaN], undefined, { kind: "falls", ratio: 0.8 }],
  ["a reward that does not rise", [1, 1.2, 1.1], undefined, { kind: "rises", ratio: 1.5 }],
  [
    "one part of a record",
    { loss: [4, 1], kl: 9 },
    undefined,
    { kind: "each", parts: { loss: { kind: "falls", ratio: 1 }, kl: { kind: "inBand", low: 0, high: 1 } } },
  ],
  ["too few points", [4.2], undefined, { kind: "falls", ratio: 0.8 }],
  ["a value above its band", [9, 3.5], undefined, { kind: "inBand", low: 1, high: 2.25 }],
  ["a value below its band", 0.5, undefined, { kind: "inBand", low: 1, high: 2.25 }],
  ["a slope outside its band", tensor([1, 1, 2, 2, 4, 4], [3, 2]), undefined, { kind: "logSlopeInBand", low: 1.8, high: 2.2 }],
  ["a ratio too small", [3, 2], undefined, { kind: "ratioAtLeast", ratio: 3 }],
];
const mismatches = cases.map(([what, got, want, expectation]) => [what, judge(got, want, expectation).mismatch as Mismatch] as const);

describe("explain", () => {
  it("reads as in test/golden/explanations.txt", () => {
    const lines = mismatches.map(([what, m]) => `${what}\n  shown:  ${explain(m, { hidden: false })}\n  hidden: ${explain(m, { hidden: true })}\n`);
    assertGolden("explanations.txt", lines.join("\n"));
  });

  it("says the same after redaction when the check is hidden", () => {
    for (const [, mismatch] of mismatches) assert.equal(explain(redact(mismatch), { hidden: true }), explain(mismatch, { hidden: true }));
  });

  it("redaction leaves nothing that the expected value follows from", () => {
    for (const [, mismatch] of mismatches.filter(([, m]) => m.kind === "values" || m.kind === "property")) {
      assert.equal(redact(mismatch).want, "");
      assert.equal("maxError" in redact(mismatch), false);
    }
  });
});
