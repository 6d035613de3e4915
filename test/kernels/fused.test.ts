/** Layer norm, GELU and cross-entropy of `practicum`: to the last digits, at the edges of numbers, of nothing, and of what does not fit. */
import assert from "node:assert/strict";
import { it } from "mocha";
import { Draw } from "./draw.ts";
import { onEveryBuild, operations, same, tensor, tf } from "./everyBuild.ts";
import type { NdArray } from "./reference.ts";
import * as reference from "./reference.ts";

const all = (value: number, n: number): NdArray => ({ shape: [n], data: new Array<number>(n).fill(value) });

const values = (...data: number[]): NdArray => ({ shape: [data.length], data });

onEveryBuild("layer norm", () => {
  for (const shape of [[1], [5, 1], [3, 7], [2, 3, 64], [131, 257], [2, 1030]]) {
    it(`of [${shape}]`, () => {
      const draw = new Draw(41);
      const n = shape.at(-1) as number;
      const [x, gain, bias] = [draw.array(shape, 3, 5), draw.array([n]), draw.array([n])];
      same(() => operations.layerNorm(tensor(x), { gain: tensor(gain), bias: tensor(bias) }), reference.layerNorm(x, gain, bias), `[${shape}]`, 4e-6);
      same(() => operations.layerNorm(tensor(x), { epsilon: 1 }), reference.layerNorm(x, all(1, n), all(0, n), 1), `[${shape}] alone`, 4e-6);
    });
  }

  it("what is not finite stays in its row", () => {
    const x = { shape: [4, 3], data: [1, 2, 3, Number.NaN, 2, 3, 1, Number.POSITIVE_INFINITY, 3, 7, 7, 7] };
    const got = [...tf.tidy(() => operations.layerNorm(tensor(x)).dataSync())];
    assert.deepEqual(got.slice(0, 3).map(Number.isFinite), [true, true, true]);
    assert.deepEqual(got.slice(3, 9), new Array(6).fill(Number.NaN));
    assert.deepEqual(got.slice(9), [0, 0, 0]);
  });
});

onEveryBuild("GELU", () => {
  for (const [form, f] of [
    ["none", reference.gelu],
    ["tanh", reference.geluByTanh],
  ] as const) {
    it(`by ${form === "none" ? "erf" : form}: each value to the last digits`, () => {
      for (const x of [new Draw(42).array([3001], -8, 8), new Draw(43).array([1001], -0.1, 0.1)])
        same(() => operations.gelu(tensor(x), form), reference.map(x, f), `${x.data.length} values`, 6e-7);
    });

    it(`by ${form === "none" ? "erf" : form} of NaN, infinity and what is far out`, () => {
      const x = values(Number.NaN, Number.POSITIVE_INFINITY, 0, 30, -30, 1e4, -1e4);
      same(() => operations.gelu(tensor(x), form), values(Number.NaN, Number.POSITIVE_INFINITY, 0, 30, 0, 1e4, 0), form);
      const slopes = tf.tidy(() =>
        tf
          .grad((t) => operations.gelu(t, form))(tensor(x))
          .dataSync(),
      );
      assert.deepEqual([...slopes.slice(0, 1), ...slopes.slice(2)].map(Math.abs), [Number.NaN, 0.5, 1, 0, 1, 0]);
    });
  }
});

onEveryBuild("cross-entropy", () => {
  for (const [shape, classes] of [
    [[1], 1],
    [[5], 3],
    [[2, 7], 96],
    [[131], 257],
  ] as const) {
    it(`of [${shape}] labels of ${classes} classes`, () => {
      const draw = new Draw(44);
      const [logits, labels] = [draw.array([...shape, classes], -30, 30), draw.integers(shape, 0, classes - 1)];
      same(() => operations.crossEntropy(tensor(logits), tensor(labels, "int32")), reference.crossEntropy(logits, labels.data), "mean");
    });
  }

  it("of certain answers is small to the last digits, of large logits finite, of a class that is masked out infinite", () => {
    const loss = (label: number, ...logits: number[]) =>
      tf.tidy(() => operations.crossEntropy(tensor({ shape: [1, logits.length], data: logits }), tensor(values(label), "int32")).dataSync()[0]) as number;
    assert.ok(Math.abs(loss(0, 0, -10) / Math.log1p(Math.exp(-10)) - 1) < 2e-3, "1 + e^-10, rounded");
    assert.equal(loss(1, 1e30, -1e30), Math.fround(2e30));
    assert.equal(loss(0, 0, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY), 0);
    assert.equal(loss(1, 0, Number.NEGATIVE_INFINITY, 0), Number.POSITIVE_INFINITY);
    assert.ok(Number.isNaN(loss(0, 1, Number.NaN, 2)) && Number.isNaN(loss(0, 1, Number.POSITIVE_INFINITY, 2)));
  });
});

onEveryBuild("operations of practicum", () => {
  it("empty tensors stay empty, their mean is NaN, their gradients are zeros", () => {
    tf.tidy(() => {
      const [none, gain, labels] = [tf.zeros([0, 4]), tf.ones([4]), tf.zeros([0], "int32")];
      for (const x of [operations.layerNorm(none), operations.gelu(none), operations.gelu(none, "tanh"), operations.layerNorm(tf.zeros([3, 0]))])
        assert.equal(x.size, 0);
      assert.deepEqual([...operations.crossEntropy(none, labels).dataSync()], [Number.NaN]);
      const [dx, dgain] = tf.grads((x, own) => operations.layerNorm(x, { gain: own }))([none, gain]);
      assert.deepEqual(
        [dx?.shape, [...(dgain?.dataSync() ?? [])]],
        [
          [0, 4],
          [0, 0, 0, 0],
        ],
      );
    });
  });

  for (const [what, work, message] of [
    ["a gain of another width", () => operations.layerNorm(tf.ones([2, 3]), { gain: tf.ones([4]) }), /layerNorm: gain has the shape \[4\], not \[3\]/],
    ["a bias of one number", () => operations.layerNorm(tf.ones([2, 3]), { bias: tf.zeros([1]) }), /layerNorm: bias has the shape \[1\], not \[3\]/],
    ["a norm of a number", () => operations.layerNorm(tf.scalar(1)), /layerNorm: x is a single number/],
    ["a GELU of whole numbers", () => operations.gelu(tf.ones([2], "int32")), /gelu: x is int32, not float32/],
    ["labels that are no whole numbers", () => operations.crossEntropy(tf.ones([2, 3]), tf.ones([2])), /labels are float32, not int32/],
    ["one-hot labels", () => operations.crossEntropy(tf.ones([2, 3]), tf.ones([2, 3], "int32")), /labels have the shape \[2,3\], logits \[2,3\]/],
    ["a label that is no class", () => operations.crossEntropy(tf.ones([2, 3]), tf.tensor1d([1, 3], "int32")), /crossEntropy: label 3 is not in \[0, 2\]/],
    ["a label below 0", () => operations.crossEntropy(tf.ones([2, 3]), tf.tensor1d([1, -1], "int32")), /crossEntropy: label -1 is not in \[0, 2\]/],
  ] as const)
    it(`${what} is refused in words`, () => assert.throws(() => tf.tidy(work as () => never), message));

  it("nothing is left behind", () => {
    const [x, labels] = [tf.randomNormal([70, 8]), tf.zeros([70], "int32")];
    const loss = () => operations.crossEntropy(operations.gelu(operations.layerNorm(x)), labels);
    const before = [tf.memory().numTensors, tf.memory().numDataBuffers];
    tf.tidy(loss).dispose();
    tf.dispose(tf.grads(loss)([x]));
    tf.dispose(
      tf.grads((y) =>
        tf
          .grad((z) => operations.crossEntropy(operations.gelu(operations.layerNorm(z)), labels))(y)
          .sum(),
      )([x]),
    );
    assert.deepEqual([tf.memory().numTensors, tf.memory().numDataBuffers], before);
    tf.dispose([x, labels]);
  });
});
