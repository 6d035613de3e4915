/** Values that are moved or looked up. */
import assert from "node:assert/strict";
import { it } from "mocha";
import { Draw } from "./draw.ts";
import { onEveryBuild, same, TOLERANCE, tensor, tf } from "./everyBuild.ts";
import * as reference from "./reference.ts";

onEveryBuild("moves", () => {
  for (const dtype of ["float32", "int32"] as const) {
    it(`transposes of ${dtype}`, () => {
      const draw = new Draw(10);
      for (let round = 0; round < 60; round++) {
        const x = draw.integers(draw.shape(draw.integer(1, 6), 5), -99, 99);
        const order = [...x.shape.keys()].sort(() => draw.uniform() - 0.5);
        same(() => tf.transpose(tensor(x, dtype), order), reference.transpose(x, order), `[${x.shape}] by ${order}`);
      }
    });

    it(`slices, splits, concatenations and stacks of ${dtype}`, () => {
      const draw = new Draw(11);
      for (let round = 0; round < 40; round++) {
        const x = draw.integers(draw.shape(draw.integer(1, 4), 6), -99, 99);
        const begin = x.shape.map((size) => draw.integer(0, size - 1));
        const size = x.shape.map((d, axis) => draw.integer(0, d - (begin[axis] as number)));
        const cut = reference.generate(size, (index) =>
          reference.at(
            x,
            index.map((i, axis) => i + (begin[axis] as number)),
          ),
        );
        same(() => tf.slice(tensor(x, dtype), begin, size), cut, `[${x.shape}] from ${begin}, ${size}`);
        const axis = draw.integer(0, x.shape.length - 1);
        const parts = x.shape[axis] as number;
        same(() => tf.concat(tf.split(tensor(x, dtype), parts, axis), axis), x, `[${x.shape}] split along ${axis}`);
        same(() => tf.stack(tf.unstack(tensor(x, dtype), axis), axis), x, `[${x.shape}] unstacked along ${axis}`);
      }
    });
  }

  it("a truth value is transposed, sliced and looked up as ever", () => {
    const x = tf.tensor2d([true, false, true, false, false, true], [2, 3], "bool");
    assert.deepEqual([...tf.transpose(x).dataSync()], [1, 0, 0, 0, 1, 1]);
    assert.deepEqual([...x.slice([0, 1], [2, 2]).dataSync()], [0, 1, 0, 1]);
    x.dispose();
  });
});

onEveryBuild("lookups", () => {
  it("gather along any axis, in batches or not", () => {
    const draw = new Draw(12);
    for (let round = 0; round < 60; round++) {
      const x = draw.array(draw.shape(draw.integer(1, 4), 5));
      const axis = draw.integer(0, x.shape.length - 1);
      const batchDims = draw.integer(0, axis);
      const ids = draw.integers([...x.shape.slice(0, batchDims), ...draw.shape(draw.integer(0, 2), 4)], 0, (x.shape[axis] as number) - 1);
      const own = ids.shape.slice(batchDims);
      const want = reference.generate([...x.shape.slice(0, axis), ...own, ...x.shape.slice(axis + 1)], (index) => {
        const id = reference.at(ids, [...index.slice(0, batchDims), ...index.slice(axis, axis + own.length)]);
        return reference.at(x, [...index.slice(0, axis), id, ...index.slice(axis + own.length)]);
      });
      same(() => tf.gather(tensor(x), tensor(ids, "int32"), axis, batchDims), want, `[${x.shape}] at [${ids.shape}], axis ${axis}, batch ${batchDims}`, 0);
    }
  });

  it("gather says which index is out of range", () => {
    assert.throws(() => tf.gather(tf.ones([4, 2]), tf.tensor1d([0, 4], "int32")), /index 4 is not in \[0, 3\]/);
    assert.throws(() => tf.gather(tf.ones([4, 2]), tf.tensor1d([-1], "int32")), /index -1 is not in/);
  });

  for (const dtype of ["float32", "int32"] as const) {
    it(`sums of segments of ${dtype}; ids out of range are left out`, () => {
      const draw = new Draw(13);
      const x = draw.integers([20, 5], -(2 ** 25), 2 ** 25);
      const ids = draw.integers([20], -1, 6);
      const values = { ...x, data: dtype === "float32" ? x.data.map((v) => v / 2 ** 20) : x.data };
      const want = reference.generate([6, 5], ([segment, column]) =>
        reference.sum(ids.data.map((id, row) => (id === segment ? reference.at(values, [row, column as number]) : 0))),
      );
      same(() => tf.unsortedSegmentSum(tensor(values, dtype), tf.tensor1d([...ids.data], "int32"), 6), want, "segments", dtype === "int32" ? 0 : TOLERANCE);
    });
  }
});
