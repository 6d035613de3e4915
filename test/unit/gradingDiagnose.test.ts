import assert from "node:assert/strict";
import { type Candidate, diagnose } from "../../extension/grading/diagnose.ts";
import type { Expectation } from "../../extension/protocol/grade.ts";
import { tensor, type Value } from "../../extension/protocol/tensor.ts";

const near: Expectation = { kind: "near", source: "reference", tolerance: { rtol: 1e-3, atol: 1e-3 } };
const exact: Expectation = { kind: "exact", source: "value" };
const candidates = (answers: Record<string, Value>): Candidate[] =>
  Object.entries(answers).map(([misconception, answer]) => ({ misconception, sentence: `You forgot ${misconception}.`, answer }));

describe("diagnose", () => {
  const table: [string, Value, Record<string, Value>, Value | undefined, Expectation, string | undefined][] = [
    ["names the misconception that gives the same answer", 12, { ffn: 12, embedding: 30 }, 50, exact, "ffn"],
    ["names none when no answer is the same", 13, { ffn: 12 }, 50, exact, undefined],
    ["allows for rounding", tensor([0.5001, 2], [2]), { scale: tensor([0.5, 2], [2]) }, tensor([1, 4], [2]), near, "scale"],
    ["takes the nearest", 2.0001, { far: 2.001, close: 2.0002 }, 3, near, "close"],
    ["takes the nearest, whatever the order", 2.0001, { close: 2.0002, far: 2.001 }, 3, near, "close"],
    ["is silent about an answer as near to the expected one", 1.0015, { rounding: 1.0028 }, 1, near, undefined],
    ["ignores a misconception that meets the expectation here", 5, { harmless: 5, cause: 5 }, 5.001, near, undefined],
    ["recognises a wrong shape", tensor([1, 2], [2, 1]), { transposed: tensor([1, 2], [2, 1]) }, tensor([1, 2], [1, 2]), near, "transposed"],
    ["recognises NaN", tensor([NaN, 1], [2]), { masked: tensor([NaN, 1], [2]) }, tensor([0, 1], [2]), near, "masked"],
    ["does not take NaN for any answer", tensor([NaN, 1], [2]), { masked: tensor([0.5, 1], [2]) }, tensor([0, 1], [2]), near, undefined],
    ["recognises a series that lacks the property", [3, 3, 3], { frozen: [3, 3, 3] }, undefined, { kind: "falls", ratio: 1 }, "frozen"],
    ["says nothing about a missing return", undefined, { empty: undefined }, 1, exact, undefined],
  ];
  for (const [what, got, answers, want, expectation, expected] of table) {
    it(what, () => assert.equal(diagnose(got, candidates(answers), want, expectation)?.misconception, expected));
  }

  it("gives the sentence and the distance", () => {
    assert.deepEqual(diagnose(2.5, candidates({ a: 2.5 }), 9, near), { misconception: "a", sentence: "You forgot a.", distance: 0 });
  });
});
