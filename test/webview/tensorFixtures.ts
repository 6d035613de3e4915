/** A grade with wrong tensors, compared as a grader does. */
import { explain, redact } from "../../extension/grading/explain.ts";
import { judge } from "../../extension/grading/judge.ts";
import { tensorMismatches } from "../../extension/grading/tensorMismatch.ts";
import type { CheckResult, Expectation, Grade, Mismatch } from "../../extension/protocol/grade.ts";
import { RandomStream } from "../../extension/protocol/random.ts";
import { type TensorData, tensor, type Value } from "../../extension/protocol/tensor.ts";
import { gptGrade } from "./fixtures.ts";

const expectation: Expectation = { kind: "near", source: "reference", tolerance: { rtol: 1e-4, atol: 1e-4 } };

const stream = new RandomStream(11);
const drawn = (shape: readonly number[]): TensorData => stream.fill(shape, () => stream.normal(0, 1));
/** The same, but where `wrong` says another value. */
const spoiled = ({ data, shape }: TensorData, wrong: (value: number, index: readonly number[]) => number): TensorData => {
  const indexOf = (place: number) => {
    const index: number[] = [];
    for (const size of [...shape].reverse()) {
      index.unshift(place % size);
      place = Math.floor(place / size);
    }
    return index;
  };
  return tensor(
    Array.from(data, (value, place) => wrong(value, indexOf(place))),
    shape,
  );
};

function failed(title: string, hidden: boolean, got: Value, want: Value, over: Partial<CheckResult> = {}): CheckResult {
  const tensors = tensorMismatches(got, want, expectation, { hidden });
  const mismatch = judge(got, want, expectation).mismatch as Mismatch;
  const message = explain(mismatch, { hidden, tensors });
  return {
    id: title,
    title,
    hidden,
    when: "save",
    points: 2,
    outcome: "failed",
    message,
    ms: 9,
    mismatch: hidden ? redact(mismatch) : mismatch,
    tensors,
    ...over,
  };
}

const scores = drawn([2, 3, 12, 12]);
const large = drawn([300, 80]);
const small = drawn([3, 4]);

export const secret = drawn([10, 14]);

export const futureSeen = failed(
  "each position attends to itself and the past only",
  false,
  [small, spoiled(scores, (x, [batch = 0, , query = 0, key = 0]) => (key > query && batch === 1 ? x + (key - query) / 8 : x))],
  [small, scores],
  {
    divergence: {
      name: "scores",
      agree: ["q", "k"],
      sentence: "First difference: `scores` (`q`, `k` agree). The values are the expected ones times √8.",
      location: { file: "/home/ada/practicum/05-minimal-gpt/gpt.ts", line: 12, column: 18 },
    },
  },
);

export const tensorGrade: Grade = {
  ...gptGrade,
  outcome: "failed",
  checks: [
    futureSeen,
    failed(
      "positions of a long text",
      false,
      spoiled(large, (x, [row = 0, column = 0]) => (row > 200 && column % 2 === 1 ? x + row / 100 : row === 7 ? Number.NaN : x)),
      large,
    ),
    failed("several answers", false, { mean: spoiled(small, (x) => 2 * x), rows: [1, 2, 3] }, { mean: small, rows: [1, 2, 4] }),
    failed(
      "agrees with an oracle",
      true,
      spoiled(secret, (x, [row = 0]) => (row >= 6 ? x * 1.5 : x)),
      secret,
    ),
    failed("where the mask is", true, tensor(new Array(9).fill(1), [3, 3], "bool"), tensor([1, 0, 0, 1, 1, 0, 1, 1, 1], [3, 3], "bool")),
  ],
};
