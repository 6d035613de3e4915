import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { divergenceOf } from "../../extension/grading/divergence.ts";
import { tensorMismatches } from "../../extension/grading/tensorMismatch.ts";
import type { Expectation } from "../../extension/protocol/grade.ts";
import { RandomStream } from "../../extension/protocol/random.ts";
import type { TracedTensor } from "../../extension/protocol/runtime.ts";
import { type TensorData, tensor, type Value } from "../../extension/protocol/tensor.ts";
import { tracedTensor } from "../../extension/runtime/services/tracedTensor.ts";

const near: Expectation = { kind: "near", source: "reference", tolerance: { rtol: 0, atol: 0.01 } };
const shown = { hidden: false };

describe("tensors in which a wrong answer differs", () => {
  const want = tensor([1, 2, 3, 4, 5, 6], [2, 3]);
  it("tells both forms, how many differ, the worst elements and a pattern", () => {
    const [mismatch, ...others] = tensorMismatches(tensor([1, 2, 3.5, 4, 5, Number.NaN], [2, 3]), want, near, shown);
    const { map, ...told } = mismatch as NonNullable<typeof mismatch>;
    assert.deepEqual(others, []);
    assert.deepEqual(map?.block, [1, 1]);
    assert.deepEqual(told, {
      path: "",
      got: { dtype: "float32", shape: [2, 3], nan: 1, infinite: 0 },
      want: { dtype: "float32", shape: [2, 3], nan: 0, infinite: 0 },
      differing: 2,
      pattern: "All of them are in the last column.",
      elements: [
        { index: [1, 2], got: "NaN", want: "6", allowed: "0.01" },
        { index: [0, 2], got: "3.5", want: "3", error: "0.5", allowed: "0.01" },
      ],
    });
  });

  const paths: [name: string, got: Value, want: Value, expectation: Expectation, paths: string[]][] = [
    ["a list of tensors", [want, tensor([0, 0], [2])], [want, tensor([1, 2], [2])], near, ["[1]"]],
    ["a record", { a: { b: tensor([0, 0], [2]) }, c: 1 }, { a: { b: tensor([1, 2], [2]) }, c: 1 }, near, [".a.b"]],
    [
      "lists of numbers",
      [
        [1, 2],
        [3, 4],
      ],
      [
        [1, 2],
        [3, 5],
      ],
      near,
      [""],
    ],
    ["another shape", tensor([1, 2], [2]), tensor([1, 2, 3], [3]), near, [""]],
    ["another dtype", tensor([1, 2], [2], "int32"), tensor([1, 2], [2]), near, [""]],
    [
      "parts",
      { loss: 1, w: tensor([1, 2], [2]) },
      { w: tensor([2, 1], [2]) },
      { kind: "each", parts: { loss: { kind: "inBand", low: 0, high: 2 }, w: near } },
      [".w"],
    ],
    ["a single number", 1, 2, near, []],
    ["a tensor of one element", tensor([1], [1]), tensor([2], [1]), near, []],
    ["nothing", undefined, want, near, []],
    [
      "no more than the first four",
      Array(9)
        .fill(tensor([0, 0], [2]))
        .map((t, i) => (i < 8 ? t : "")),
      Array(9)
        .fill(tensor([1, 2], [2]))
        .map((t, i) => (i < 8 ? t : "")),
      near,
      ["[0]", "[1]", "[2]", "[3]"],
    ],
    ["a property", [1, 2], undefined, { kind: "falls", ratio: 1 }, []],
  ];
  for (const [name, got, wanted, expectation, expected] of paths)
    it(`${name}: ${expected.map((path) => `at "${path}"`).join(", ") || "none"}`, () =>
      assert.deepEqual(
        tensorMismatches(got, wanted, expectation, shown).map(({ path }) => path),
        expected,
      ));

  it("orders the worst by how far they are beyond what is allowed there, ten at most", () => {
    const got = tensor(
      Array.from({ length: 40 }, (_, i) => i + (i % 3) * 0.5),
      [40],
    );
    const [{ elements = [] } = {}] = tensorMismatches(
      got,
      tensor(
        Array.from({ length: 40 }, (_, i) => i),
        [40],
      ),
      near,
      shown,
    );
    assert.deepEqual(
      elements.map(({ index }) => index[0]),
      [2, 5, 8, 11, 14, 17, 20, 23, 26, 29],
    );
  });

  describe("of a hidden check", () => {
    const stream = new RandomStream(3);
    const expected = stream.fill([6, 7], () => stream.normal(0, 1));
    const hidden = (got: TensorData, of: TensorData) => tensorMismatches(got, of, near, { hidden: true })[0];

    it("where it is wrong, and the learner's own values there: no expected value, no error, no relation, no order by error", () => {
      const mismatch = hidden(
        tensor(
          expected.data.map((x, i) => (i % 7 < 2 ? 2 * x + 1 : x)),
          [6, 7],
        ),
        expected,
      );
      assert.equal(mismatch?.pattern, "All of them are up to column 1.");
      assert.deepEqual(Object.keys(mismatch?.want ?? {}), ["dtype", "shape"]);
      assert.deepEqual(
        mismatch?.elements?.slice(0, 3).map((element) => [Object.keys(element).join(), ...element.index]),
        [
          ["index,got", 0, 0],
          ["index,got", 0, 1],
          ["index,got", 1, 0],
        ],
      );
      const cells = Buffer.from(mismatch?.map?.cells ?? "", "base64");
      assert.deepEqual([...new Set(Array.from({ length: 42 }, (_, i) => cells.readFloatLE(4 * i)))].sort(), [0, 1]);
    });
    it("no factor", () =>
      assert.equal(
        hidden(
          tensor(
            expected.data.map((x) => 2 * x),
            [6, 7],
          ),
          expected,
        )?.pattern,
        undefined,
      ));
    it("no transposition", () => assert.equal(hidden(tensor(expected.data, [7, 6]), expected)?.pattern, undefined));
    const few: [name: string, of: TensorData][] = [
      ["a mask", tensor([1, 0, 0, 1, 1, 0, 1, 1, 1], [3, 3], "bool")],
      ["a mask of floats", tensor([1, 0, 0, 1, 1, 0, 1, 1, 1], [3, 3])],
      ["labels", tensor([2, 0, 1, 1, 2, 0, 1, 0, 2], [9], "int32")],
      ["weights that are 0 above the diagonal", tensor([1, 0, 0, 0.4, 0.6, 0, 0.2, 0.3, 0.5], [3, 3])],
    ];
    for (const [name, of] of few) {
      it(`${name}: not even the places, which would tell the values`, () => {
        const mismatch = hidden(tensor(new Array(of.data.length).fill(0), of.shape, of.dtype), of);
        assert.deepEqual(Object.keys(mismatch ?? {}), ["path", "got", "want", "differing"]);
      });
    }
  });
});

describe("first divergence", () => {
  const location = { file: "/attempt/gpt.ts", line: 12, column: 3 };
  const traced = (name: string, values: number[], place?: typeof location): TracedTensor =>
    tracedTensor(name, { shape: [values.length], dtype: "float32" }, values, place);
  const [q, k, scores] = [traced("q", [1, 2, 3]), traced("k", [3, 4]), traced("scores", [1, 3, 2, 5])];
  const mine = traced("scores", [2, 6, 4, 10], location);

  const cases: [name: string, got: TracedTensor[][], want: TracedTensor[][], says: string | undefined, line?: number][] = [
    [
      "the first that differs",
      [[q, k, mine]],
      [[q, k, scores]],
      "First difference: `scores` (`q`, `k` agree). All 4 values differ, most of all at [3]: got 10, expected 5. The values are the expected ones times 2.",
      12,
    ],
    [
      "one alone",
      [[mine]],
      [[scores]],
      "First difference: `scores`. All 4 values differ, most of all at [3]: got 10, expected 5. The values are the expected ones times 2.",
      12,
    ],
    [
      "in the order of the reference",
      [[mine, q]],
      [[q, scores]],
      "First difference: `scores` (`q` agrees). All 4 values differ, most of all at [3]: got 10, expected 5. The values are the expected ones times 2.",
      12,
    ],
    [
      "in a later call",
      [[q], [mine]],
      [[q], [scores]],
      "First difference: `scores`. All 4 values differ, most of all at [3]: got 10, expected 5. The values are the expected ones times 2.",
      12,
    ],
    ["another shape", [[traced("q", [1, 2])]], [[q]], "First difference: `q`. Expected shape [3], got shape [2]."],
    ["the second of a name", [[q, traced("q", [1, 2, 4])]], [[q, q]], "First difference: `q` (`q` agrees). 1 of 3 values differs, at [2]: got 4, expected 3."],
    [
      "all that both have agree",
      [[q, traced("extra", [7]), traced("k", [3, 4], location)]],
      [[q, k, scores]],
      "`q`, `k` agree with the reference's: the answer goes wrong after that.",
      12,
    ],
    ["rounding is no difference", [[traced("q", [1.0004, 2, 3])]], [[q]], "`q` agrees with the reference's: the answer goes wrong after that."],
    [
      "large ones by their statistics",
      [[tracedTensor("x", { shape: [20_000], dtype: "float32" }, Array(20_000).fill(1))]],
      [[tracedTensor("x", { shape: [20_000], dtype: "float32" }, Array(20_000).fill(2))]],
      "First difference: `x`. At `.mean`: got 1, expected 2.",
    ],
    ["no name in common", [[q]], [[k]], undefined],
    ["nothing traced by the reference", [[q]], [], undefined],
  ];
  for (const [name, got, want, says, line] of cases) {
    it(name, () => {
      const divergence = divergenceOf(got, want, { hidden: false });
      assert.equal(divergence?.sentence, says);
      assert.equal(divergence?.location?.line, line);
    });
  }
  it("of a hidden check is a name and a line", () => {
    assert.deepEqual(divergenceOf([[q, mine]], [[q, scores]], { hidden: true }), {
      name: "scores",
      agree: ["q"],
      sentence: "First difference: `scores` (`q` agrees).",
      location,
    });
  });
});
