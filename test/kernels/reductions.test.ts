/** Sums, means and maxima over any axes, and softmax. */
import assert from "node:assert/strict";
import { it } from "mocha";
import { Draw } from "./draw.ts";
import { onEveryBuild, same, tensor, tf } from "./everyBuild.ts";
import * as reference from "./reference.ts";

onEveryBuild("reductions", () => {
  const operations = [
    ["sum", reference.sum],
    ["mean", (values: readonly number[]) => reference.sum(values) / values.length],
    ["max", (values: readonly number[]) => Math.max(...values)],
  ] as const;
  for (const [name, f] of operations) {
    it(`${name} over any axes`, () => {
      const draw = new Draw(7);
      for (let round = 0; round < 60; round++) {
        const x = draw.array(draw.shape(draw.integer(1, 5), 6));
        const axes = [...x.shape.keys()].filter(() => draw.uniform() < 0.5);
        if (axes.length === 0) continue;
        same(() => tf[name](tensor(x), axes), reference.reduce(x, axes, f), `[${x.shape}] over ${axes}`);
        const kept = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
        same(() => tf[name](tensor(x), axes, true), { ...reference.reduce(x, axes, f), shape: kept }, `[${x.shape}] over ${axes}, kept`);
      }
    });

    it(`${name} of long axes`, () => {
      const draw = new Draw(8);
      for (const [shape, axis] of [
        [[5, 1003], 1],
        [[1003, 5], 0],
        [[3, 517, 7], 1],
      ] as const) {
        const x = draw.array(shape);
        same(() => tf[name](tensor(x), axis), reference.reduce(x, [axis], f), `[${shape}]`);
      }
    });

    it(`${name} shows NaN`, () => {
      const x = { shape: [2, 6], data: [1, 2, Number.NaN, 4, 5, 6, 1, 2, 3, 4, 5, Number.NaN] };
      for (const axis of [0, 1]) {
        const got = tf.tidy(() => tf[name](tensor(x), axis).dataSync());
        assert.deepEqual([...got].map(Number.isNaN), reference.reduce(x, [axis], f).data.map(Number.isNaN));
      }
    });
  }

  it("sum and max of integers stay exact", () => {
    const x = new Draw(9).integers([7, 5], -(2 ** 26), 2 ** 26);
    for (const [name, f] of [operations[0], operations[2]]) {
      const got = tf.tidy(() => tf[name](tensor(x, "int32"), 0).dataSync());
      assert.deepEqual([...got], reference.reduce(x, [0], f).data);
    }
  });
});

onEveryBuild("softmax", () => {
  it("softmax and log softmax of rows of any length", () => {
    const draw = new Draw(14);
    for (const n of [1, 2, 3, 4, 5, 7, 8, 64, 65, 130]) {
      const x = draw.array([3, n], -30, 30);
      same(() => tf.softmax(tensor(x)), reference.softmax(x), `rows of ${n}`);
      same(() => tf.logSoftmax(tensor(x)), reference.map(reference.softmax(x), Math.log), `log, rows of ${n}`);
    }
  });

  it("what is masked has no weight", () => {
    const x = { shape: [2, 5], data: [1, -1e9, 2, Number.NEGATIVE_INFINITY, 0, -1e9, 3, -1e9, -1e9, -1e9] };
    same(() => tf.softmax(tensor(x)), reference.softmax(x), "masked");
    const got = tf.tidy(() => tf.softmax(tensor(x)).dataSync());
    assert.deepEqual([got[1], got[3], got[5], got[6]], [0, 0, 0, 1]);
  });

  it("a row with NaN is NaN", () => {
    const got = tf.tidy(() => tf.softmax(tf.tensor2d([1, Number.NaN, 2, 3, 4, 5], [2, 3])).dataSync());
    assert.deepEqual([...got].map(Number.isNaN), [true, true, true, false, false, false]);
  });
});
