import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { errorMap } from "../../extension/grading/errorMap.ts";
import { placePattern } from "../../extension/grading/placePattern.ts";
import { toTable } from "../../extension/grading/table.ts";
import { valuePattern } from "../../extension/grading/valuePattern.ts";
import { RandomStream } from "../../extension/protocol/random.ts";
import { sizeOf, type TensorData, tensor } from "../../extension/protocol/tensor.ts";

const table = (t: TensorData) => toTable(t) as NonNullable<ReturnType<typeof toTable>>;
/** A tensor of which element is this function of its index. */
const made = (shape: readonly number[], at: (...index: number[]) => number): TensorData => {
  const all = (left: readonly number[], index: number[]): number[] =>
    left.length === 0 ? [at(...index)] : Array.from({ length: left[0] as number }, (_, i) => all(left.slice(1), [...index, i])).flat();
  return tensor(all(shape, []), shape);
};

describe("how a wrong answer relates to the expected one", () => {
  const stream = new RandomStream(5);
  const x = stream.fill([4, 6], () => stream.normal(0, 1));
  const cube = stream.fill([2, 3, 4], () => stream.normal(0, 1));
  const at = (t: TensorData, ...index: number[]) => t.data[index.reduce((place, i, axis) => place * (t.shape[axis] as number) + i, 0)] as number;
  const each = (of: TensorData, f: (v: number) => number): TensorData => tensor(Array.from(of.data, f), of.shape);
  const noisy = (of: TensorData): TensorData => each(of, (v) => v * (1 + 1e-6));

  const cases: [name: string, got: TensorData, want: TensorData, says: string | undefined][] = [
    ["twice", each(noisy(x), (v) => 2 * v), x, "The values are the expected ones times 2."],
    ["an eighth", each(x, (v) => v / 8), x, "The values are the expected ones times 1/8."],
    ["√8 too large", each(noisy(x), (v) => v * Math.sqrt(8)), x, "The values are the expected ones times √8."],
    ["√8 too small", each(x, (v) => v / Math.sqrt(8)), x, "The values are the expected ones times 1/√8."],
    ["a factor without a name", each(x, (v) => 0.7312 * v), x, "The values are the expected ones times 0.7312."],
    ["negated", each(x, (v) => -v), x, "The values are the expected ones, negated."],
    ["more by a constant", each(x, (v) => v + 0.5), x, "The values are the expected ones plus 0.5, everywhere."],
    ["less by a constant", each(x, (v) => v - 3), x, "The values are the expected ones plus -3, everywhere."],
    ["transposed", made([6, 4], (i, j) => at(x, j, i)), x, "The values are the expected ones, transposed."],
    ["a square one transposed", made([3, 3], (i, j) => 3 * j + i), made([3, 3], (i, j) => 3 * i + j), "The values are the expected ones, transposed."],
    ["two axes swapped", made([2, 4, 3], (i, j, k) => at(cube, i, k, j)), cube, "The values are the expected ones with axes 1 and 2 swapped."],
    ["axes in turns", made([4, 2, 3], (k, i, j) => at(cube, i, j, k)), cube, "The values are the expected ones with the axes in the order 2, 0, 1."],
    ["another shape", tensor(cube.data, [6, 4]), cube, "The values are the expected ones in the same order, under another shape."],
    ["reversed", made([4, 6], (i, j) => at(x, i, 5 - j)), x, "The values are the expected ones in reverse order along axis 1."],
    [
      "positions counted from one",
      made([4, 6], (i, j) => (i < 3 ? at(x, i + 1, j) : 9)),
      x,
      "The values are the expected ones, one place ahead along axis 0: what stands at index i is expected at i + 1.",
    ],
    [
      "positions that lag",
      made([4, 6], (i, j) => (j > 0 ? at(x, i, j - 1) : 9)),
      x,
      "The values are the expected ones, one place behind along axis 1: what stands at index i is expected at i - 1.",
    ],
    ["wrong in one place only", each(x, (v) => (v === x.data[7] ? v + 1 : v)), x, undefined],
    ["anything", each(x, (v) => v * v), x, undefined],
    ["zeros", each(x, () => 0), x, undefined],
    ["NaN", each(x, () => Number.NaN), x, undefined],
    ["an expected one that is the same everywhere", each(x, () => 2), each(x, () => 1), undefined],
    ["too few to tell", tensor([2, 4, 6], [3]), tensor([1, 2, 3], [3]), undefined],
    ["nothing in it", tensor([], [0, 3]), tensor([], [0, 2]), undefined],
    ["another size", tensor([1, 2, 3, 4], [4]), x, undefined],
  ];
  for (const [name, got, want, says] of cases) it(`${name}: ${says ?? "no relation"}`, () => assert.equal(valuePattern(table(got), table(want)), says));
});

describe("where the differences lie", () => {
  const errors = (shape: readonly number[], wrong: (...index: number[]) => boolean) => Float32Array.from(made(shape, (...i) => Number(wrong(...i))).data);
  const cases: [shape: readonly number[], wrong: (...index: number[]) => boolean, says: string | undefined][] = [
    [[4, 5], (r) => r === 0, "All of them are in row 0."],
    [[4, 5], (_, c) => c === 4, "All of them are in the last column."],
    [[4, 5], (r, c) => r === 1 && c > 2, "All of them are in row 1."],
    [[4, 5], (r) => r !== 0, "None of them is in row 0."],
    [[4, 5], (r) => r !== 3, "None of them is in the last row."],
    [[6, 5], (r) => r >= 2, "All of them are from row 2 on."],
    [[6, 5], (_, c) => c < 3, "All of them are up to column 2."],
    [[4, 6], (_, c) => c % 2 === 1, "All of them are in every second column, from 1 on."],
    [[9], (i) => i % 2 === 0, "All of them are at every second place, from 0 on."],
    [[9], (i) => i > 5, "All of them are from place 6 on."],
    [[5, 5], (r, c) => c > r, "All of them are above the diagonal."],
    [[5, 5], (r, c) => c < r, "All of them are below the diagonal."],
    [[5, 5], (r, c) => c >= r, "All of them are on or above the diagonal."],
    [[5, 5], (r, c) => c === r, "All of them are on the diagonal."],
    [[2, 3, 5, 5], (_, __, r, c) => c > r, "All of them are above the diagonal of axes 2 and 3."],
    [[2, 3, 5, 5], (b, _, r, c) => b === 1 && c > r, "All of them are at index 1 of axis 0, above the diagonal of axes 2 and 3."],
    [[2, 3, 5, 4], (_, h) => h === 2, "All of them are at the last index of axis 1."],
    [[2, 3, 5, 4], (b, h) => b === 1 && h === 0, "All of them are at index 1 of axis 0 and at index 0 of axis 1."],
    [[2, 3, 5, 4], (_, __, t) => t > 1, "All of them are from index 2 of axis 2 on."],
    [[2, 3, 6, 4], (_, __, t) => t % 2 === 0, "All of them are at every second index of axis 2, from 0 on."],
    [[6, 6], (r, c) => (r * 5 + c * 3) % 7 === 0, undefined],
    [[4, 5], () => true, undefined],
    [[4, 5], (r, c) => r === 2 && c === 2, undefined],
  ];
  for (const [shape, wrong, says] of cases)
    it(`[${shape}], ${wrong}: ${says ?? "no pattern"}`, () => assert.equal(placePattern(errors(shape, wrong), shape), says));
});

describe("map of the errors", () => {
  const cellsOf = ({ cells }: { cells: string }) => {
    const bytes = Buffer.from(cells, "base64");
    return Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(4 * i));
  };
  it("of a small tensor is the errors themselves", () => {
    const map = errorMap(Float32Array.of(0, 0.5, Infinity, 0, 0, 2), [2, 3]);
    assert.deepEqual(
      [map.block, cellsOf(map)],
      [
        [1, 1],
        [0, 0.5, Infinity, 0, 0, 2],
      ],
    );
  });
  const large: [shape: number[], block: number[]][] = [
    [
      [64, 64],
      [1, 1],
    ],
    [
      [65, 3],
      [2, 1],
    ],
    [
      [2048, 512],
      [32, 8],
    ],
    [
      [8, 12, 256, 256],
      [1, 1, 32, 16],
    ],
    [[100_000], [1563]],
  ];
  for (const [shape, block] of large) {
    it(`of [${shape}] keeps the largest error of blocks of [${block}]`, () => {
      const errors = new Float32Array(sizeOf(shape));
      const [first, middle, last] = [0, Math.floor(errors.length / 2) + 1, errors.length - 1];
      for (const [i, place] of [first, middle, last].entries()) errors[place] = i + 1;
      const map = errorMap(errors, shape);
      const cells = cellsOf(map);
      assert.deepEqual(map.block, block);
      assert.ok(cells.length <= 16_384);
      assert.deepEqual([cells[0], cells.at(-1)], [1, 3]);
      assert.deepEqual(
        cells.filter((error) => error > 0),
        [1, 2, 3],
      );
    });
  }
});
