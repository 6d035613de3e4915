import assert from "node:assert/strict";
import { compare } from "../../extension/grading/compare.ts";
import { judge } from "../../extension/grading/judge.ts";
import { scoreOf } from "../../extension/grading/score.ts";
import type { Expectation, Mismatch } from "../../extension/protocol/grade.ts";
import { tensor, type Value } from "../../extension/protocol/tensor.ts";

const loose = { rtol: 1e-3, atol: 1e-3 };

describe("time and memory beside the reference's", () => {
  const memory: Expectation = { kind: "noMore", of: "memory", source: "reference", times: 1, plus: 2 ** 20 };
  const time: Expectation = { kind: "noMore", of: "time", source: "reference", times: 3, plus: 10 };
  const cases: [what: string, expectation: Expectation, got: Value, want: Value, passes: boolean, normalized?: number, says?: string][] = [
    ["less", time, 5, 100, true, 0],
    ["as much as is allowed", time, 310, 100, true, 1],
    ["more", time, 520, 100, false, 2, "it took 520 ms, and the reference 100 ms on the same inputs"],
    ["more bytes", memory, 2 ** 22, 2 ** 20, false, 3, "it took at most 4 MiB, and the reference 1 MiB on the same inputs"],
    ["neither figure known", memory, undefined, undefined, true],
    ["only the attempt's unknown", memory, undefined, 1, false],
    ["only the reference's unknown", memory, 1, undefined, false],
    ["no figure", time, Number.NaN, 100, false],
    ["a figure that time cannot be", time, -1, 100, false],
  ];
  for (const [what, expectation, got, want, passes, normalized, says] of cases)
    it(`${what}: ${passes ? "accepted" : "refused"}`, () => {
      const { passed, normalizedError, mismatch } = judge(got, want, expectation);
      assert.deepEqual([passed, normalizedError], [passes, normalized]);
      if (says) assert.equal(mismatch?.got, says);
    });
});

describe("compare", () => {
  const agree: [string, Value, Value][] = [
    ["numbers within the tolerance", 1.0005, 1],
    ["a tolerance that grows with the expected value", 1000.9, 1000],
    ["a number and a bigint", 124439808n, 124439808],
    ["a number where a scalar tensor is wanted", 1, tensor([1], [])],
    ["tensors", tensor([1, 2, 3, 4], [2, 2]), tensor([1, 2, 3, 4.001], [2, 2])],
    ["non-finite numbers that are the same", tensor([NaN, Infinity, -Infinity], [3]), tensor([NaN, Infinity, -Infinity], [3])],
    ["nested lists", [[1, 2], [3]], [[1, 2], [3]]],
    ["objects, an absent key being undefined", { a: 1, b: undefined }, { a: 1 }],
    ["text", "wte", "wte"],
    ["nothing at all", null, null],
    ["empty lists", [], []],
  ];
  for (const [what, got, want] of agree) {
    it(`accepts ${what}`, () => assert.equal(compare(got, want, loose).mismatch, undefined));
  }

  const differ: [string, Value, Value, Partial<Mismatch>][] = [
    ["numbers beyond the tolerance", 1.003, 1, { kind: "values", path: "", got: "1.003", want: "1", differing: 1, total: 1 }],
    ["another shape", tensor([1, 2], [2]), tensor([1, 2], [1, 2]), { kind: "shape", got: "[2]", want: "[1, 2]" }],
    ["a number where a vector is wanted", 1, tensor([1, 1], [2]), { kind: "shape", got: "[]", want: "[2]" }],
    ["another dtype", tensor([1], [1], "int32"), tensor([1], [1]), { kind: "dtype", got: "int32", want: "float32" }],
    ["a list where a tensor is wanted", [1, 2], tensor([1, 2], [2]), { kind: "type", got: "a list of 2", want: "a tensor of shape [2]" }],
    ["a scalar tensor where a number is wanted", tensor([1], []), 1, { kind: "type", got: "a scalar tensor", want: "a number" }],
    ["a missing return", undefined, 1, { kind: "type", got: "nothing (undefined)", want: "a number" }],
    ["null for an object", null, { a: 1 }, { kind: "type", got: "null", want: "an object" }],
    ["a shorter list", [1, 2], [1, 2, 3], { kind: "shape", got: "[2]", want: "[3]" }],
    ["NaN where a number is wanted", tensor([1, NaN], [2]), tensor([1, 2], [2]), { kind: "values", got: "NaN", nan: 1, infinite: 0, worstIndex: [1] }],
    ["infinities of other sign", tensor([-Infinity], [1]), tensor([Infinity], [1]), { kind: "values", got: "-Infinity", infinite: 1 }],
    ["text", "a", "b", { kind: "values", got: '"a"', want: '"b"' }],
    ["a boolean", true, false, { kind: "values", got: "true" }],
    ["something deep inside", { w: [tensor([1], [1]), 5] }, { w: [tensor([1], [1]), 6] }, { path: ".w[1]", got: "5", want: "6" }],
    ["a missing key", { a: 1 }, { a: 1, b: 2 }, { kind: "type", path: ".b", got: "nothing (undefined)", want: "a number" }],
    ["a key too many", { a: 1, b: 2 }, { a: 1 }, { kind: "type", path: ".b", want: "nothing (undefined)" }],
    ["big counts that a double cannot tell apart", 9007199254740993n, 9007199254740992n, { got: "9,007,199,254,740,993", want: "9,007,199,254,740,992" }],
  ];
  for (const [what, got, want, expected] of differ) {
    it(`rejects ${what}`, () => assert.partialDeepStrictEqual(compare(got, want, what.startsWith("big") ? "exact" : loose).mismatch, expected));
  }

  it("counts what differs and finds the worst element", () => {
    const { mismatch, error } = compare(tensor([0, 1, 2.5, 9, 4, 6], [2, 3]), tensor([0, 1, 2, 3, 4, 5], [2, 3]), loose);
    assert.partialDeepStrictEqual(mismatch, { worstIndex: [1, 0], differing: 3, total: 6, got: "9", want: "3", maxError: 6 });
    assert.equal(error, 6);
  });

  it("measures the largest error of an accepted answer, over all parts", () => {
    assert.equal(compare([tensor([1.0625], [1]), 2], [tensor([1], [1]), 2.125], { rtol: 0, atol: 1 }).error, 0.125);
  });

  it("has no error where a number is not finite", () => assert.equal(compare(tensor([NaN, 1], [2]), tensor([0, 1], [2]), loose).error, undefined));

  it("shows as many digits as tell the two apart", () => {
    assert.partialDeepStrictEqual(compare(0.12345678, 0.12345679, "exact").mismatch, { got: "0.12345678", want: "0.12345679" });
  });
});

describe("judge", () => {
  const fall: Expectation = { kind: "falls", ratio: 0.5 };
  const band: Expectation = { kind: "inBand", low: 1, high: 2 };
  const rise: Expectation = { kind: "rises", ratio: 2 };
  const line: Expectation = { kind: "slopeInBand", low: -2.5, high: -1.5 };
  const both: Expectation = { kind: "each", parts: { loss: fall, reward: band } };
  const slope: Expectation = { kind: "logSlopeInBand", low: 1.9, high: 2.1 };
  const ratio: Expectation = { kind: "ratioAtLeast", ratio: 3 };
  const squares = [1, 2, 4, 8].map((x) => [x, 5 * x * x]);

  const table: [string, Expectation, Value, boolean][] = [
    ["falls: a loss that falls", fall, [4, 3, 2, 1], true],
    ["falls: as a tensor", fall, tensor([4, 3, 2, 1], [4]), true],
    ["falls: one that does not fall enough", fall, [4, 3, 2.5], false],
    ["falls: tenths are averaged", fall, [...Array(10).fill(4), ...Array(80).fill(3), ...Array(9).fill(1), 4], true],
    ["falls: one point", fall, [4], false],
    ["falls: no points", fall, [], false],
    ["falls: NaN at the end", fall, [4, NaN], false],
    ["falls: NaN in the middle", fall, [4, NaN, 1], false],
    ["falls: not a series", fall, "low", false],
    ["rises: a reward that rises", rise, [1, 2, 4], true],
    ["rises: one that does not rise enough", rise, [1, 2, 2], false],
    ["rises: one point", rise, [4], false],
    ["rises: NaN in the middle", rise, [1, NaN, 4], false],
    ["inBand: a number", band, 2, true],
    ["inBand: the last of a series", band, [9, 1.5], true],
    ["inBand: a scalar tensor", band, tensor([1.5], []), true],
    ["inBand: below", band, 0.9, false],
    ["inBand: NaN", band, NaN, false],
    ["inBand: empty", band, [], false],
    ["inBand: undefined", band, undefined, false],
    ["slope: a line", line, [1, 2, 3].map((x) => [x, 7 - 2 * x]), true],
    ["slope: a steeper line", line, [1, 2, 3].map((x) => [x, 7 - 3 * x]), false],
    ["slope: a single x", line, [[1, 1]], false],
    ["logSlope: a square", slope, squares, true],
    ["logSlope: a line", slope, tensor([1, 1, 2, 2], [2, 2]), false],
    ["logSlope: as a tensor", slope, tensor(squares.flat(), [4, 2]), true],
    ["logSlope: a single x", slope, tensor([1, 1, 1, 2], [2, 2]), false],
    ["logSlope: zero", slope, tensor([1, 0, 2, 1], [2, 2]), false],
    ["logSlope: empty", slope, [], false],
    ["logSlope: not points", slope, [1, 2], false],
    ["ratio: enough", ratio, [3, 1], true],
    ["ratio: too small", ratio, [2, 1], false],
    ["ratio: by zero", ratio, [0, 0], false],
    ["ratio: NaN", ratio, [NaN, 1], false],
    ["ratio: three numbers", ratio, [9, 1, 1], false],
    ["each: every part", both, { loss: [4, 1], reward: 2, more: "is not asked for" }, true],
    ["each: one part is outside", both, { loss: [4, 1], reward: 3 }, false],
    ["each: one part is missing", both, { loss: [4, 1] }, false],
    ["each: not a record", both, [4, 1], false],
  ];
  for (const [what, expectation, got, passed] of table) {
    it(`${what} ${passed ? "passes" : "does not pass"}`, () => {
      const judgement = judge(got, undefined, expectation);
      assert.equal(judgement.passed, passed);
      assert.equal(judgement.mismatch === undefined, passed);
    });
  }

  it("near accepts within the tolerance and gives the error", () => {
    assert.deepEqual(judge(1.5, 1, { kind: "near", source: "value", tolerance: { rtol: 0, atol: 1 } }), { passed: true, error: 0.5, normalizedError: 0.5 });
  });
  it("exact does not", () => assert.equal(judge(1 + 1e-15, 1, { kind: "exact", source: "reference" }).passed, false));
  it("each compares the parts that are to be near, and says which differs", () => {
    const expectation: Expectation = { kind: "each", parts: { loss: fall, weights: { kind: "near", source: "reference", tolerance: { rtol: 0, atol: 1 } } } };
    assert.equal(judge({ loss: [4, 1], weights: [1, 2] }, { weights: [1, 2.5], loss: [9] }, expectation).passed, true);
    assert.equal(judge({ loss: [4, 1], weights: [1, 2] }, { weights: [1, 5] }, expectation).mismatch?.path, ".weights");
  });

  const errors: [what: string, got: Value, want: Value | undefined, Expectation, number | undefined][] = [
    ["near: the worst element, relative to what it is allowed", [1.5, 20], [1, 10], { kind: "near", source: "value", tolerance: { rtol: 1, atol: 0 } }, 1],
    ["near: where nothing is allowed", [0.5], [0], { kind: "near", source: "value", tolerance: { rtol: 1, atol: 0 } }, Infinity],
    ["near: another shape has no distance", [1, 2], [1], { kind: "near", source: "value", tolerance: loose }, undefined],
    ["exact: the same", 3, 3, { kind: "exact", source: "value" }, 0],
    ["exact: another", 3, 4, { kind: "exact", source: "value" }, Infinity],
    ["falls: half as low as it has to be", [8, 1], undefined, fall, 0.25],
    ["rises: twice as high as it has to be", [1, 4], undefined, rise, 0.5],
    ["inBand: in the middle", 1.5, undefined, band, 0],
    ["inBand: at its end", 2, undefined, band, 1],
    ["inBand: beyond", 2.5, undefined, band, 2],
    ["ratio: twice as much as it has to be", [6, 1], undefined, ratio, 0.5],
    ["each: the worst part", { loss: [8, 1], reward: 1.75 }, undefined, both, 0.5],
  ];
  for (const [what, got, want, expectation, expected] of errors) {
    it(`measures the error in units of what is allowed: ${what}`, () => assert.equal(judge(got, want, expectation).normalizedError, expected));
  }

  it("without an expected answer there is no verdict", () => {
    assert.throws(() => judge(undefined, undefined, { kind: "exact", source: "reference" }), /no answer to compare with/);
  });
});

describe("score", () => {
  it("adds the points of passed checks, and the worst outcome wins", () => {
    assert.deepEqual(
      scoreOf([
        { outcome: "passed", points: 2 },
        { outcome: "failed", points: 1 },
        { outcome: "errored", points: 1 },
      ]),
      { score: 2, points: 4, outcome: "errored" },
    );
  });
  it("is notGraded when nothing was asked", () => assert.deepEqual(scoreOf([]), { score: 0, points: 0, outcome: "notGraded" }));
});
