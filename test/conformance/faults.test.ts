/** What the published backends get wrong without a word: here it is right, or it is said. */
import assert from "node:assert/strict";
import { it } from "mocha";
import { onEveryRung } from "./everyRung.ts";

/** Each with its answer. */
const ASKED: Readonly<Record<string, readonly [text: string, answer: string]>> = {
  "whole numbers where a mask holds, and a number elsewhere": ["tf.where(mask, ids, -1.5)", "float32: 2,-1.5"],
  "the same by a tensor's method": ["ids.where(mask, tf.tensor1d([0.5, 0.25]))", "float32: 2,0.25"],
  "truth values where a mask holds": ["tf.where(mask, mask, ids.toBool())", "bool: 1,0"],
  "a cumulative sum along the last axis, by a tensor's method": ["tf.tensor2d([[1, 2], [3, 4]]).cumsum(-1)", "float32: 1,3,3,7"],
  "one-hot rows of floats": ["tf.oneHot(ids, 3, 0.75, 0.125, 'float32')", "float32: 0.125,0.125,0.75,0.75,0.125,0.125"],
  "one-hot rows of truth values": ["tf.oneHot(ids, 3, 1, 0, 'bool')", "bool: 0,0,1,1,0,0"],
  "a mask of what is not 0": ["tf.tensor1d([0, 0.5, -0.5, 2, 256]).toBool()", "bool: 0,1,1,1,1"],
  "a mask of whole numbers": ["ids.toBool()", "bool: 1,0"],
};

const MODULE = `import * as tf from "@tensorflow/tfjs";
export const readAtOnce = () => Array.from(tf.ones([8, 128]).mul(2).dataSync().slice(0, 2));
export const readUploaded = () => Array.from(tf.tensor1d([1, 2]).dataSync());
export const readLater = async () => Array.from((await tf.ones([8, 128]).mul(2).data()).slice(0, 2));
export const large = async (n) => Array.from(await tf.matMul(tf.ones([n, 1]), tf.ones([1, n])).slice([0, 0], [1, 2]).data());
export const deviceError = async () => {
  tf.backend().device.createBuffer({ size: 2 ** 40, usage: GPUBufferUsage.STORAGE });
  return Array.from(await tf.ones([8, 128]).mul(2).data());
};
const mask = tf.tensor1d([true, false], "bool");
const ids = tf.tensor1d([2, 0], "int32");
const ask = {
${Object.entries(ASKED)
  .map(([name, [text]]) => `  ${JSON.stringify(name)}: () => ${text},`)
  .join("\n")}
};
export const answer = async (name) => {
  const x = ask[name]();
  return x.dtype + ": " + (await x.data());
};
export const elements = (i) => Array.from(tf.gatherND(tf.tensor1d([1, 2, 3]), tf.tensor2d([[i]], [1, 1], "int32")).dataSync());
const computed = (x) => tf.ones([8, 128]).mul(x).slice([0, 0], [1, 1]).data();
export const changedConstant = async () => {
  const changed = tf.tensorScatterUpdate(tf.tensor1d([5]), tf.tensor2d([[0]], [1, 1], "int32"), tf.tensor1d([7]));
  return [...(await changed.data()), ...(await computed(5))];
};
export const learnedConstant = async () => {
  const weight = tf.variable(tf.scalar(3));
  const optimizer = tf.train.adam(1);
  for (let step = 0; step < 2; step++) optimizer.minimize(() => weight.mul(2));
  return [...(await weight.data()).map(Math.round), ...(await computed(3))];
};
export const manyNumbers = async (n) => {
  const sum = tf.variable(tf.zeros([2]));
  for (let i = 1; i <= n; i++) tf.tidy(() => sum.assign(sum.add(tf.fill([2], i))));
  return Array.from(await sum.data());
};
export const gradientOfTranspose = (x) => tf.grad((x) => tf.cumsum(x, 0).mul(tf.range(0, 9).reshape([3, 3])).sum())(x);
`;

onEveryRung(
  "known faults",
  MODULE,
  (rung) => {
    it("a result on a GPU that is read at once says what to write instead", async () => {
      await assert.rejects(rung().call("readAtOnce"), /Write `await t\.data\(\)` or `await t\.array\(\)` instead/);
      assert.deepEqual(await rung().call("readLater"), [2, 2]);
    });

    it("what was not computed yet can be read at once", async () => assert.deepEqual(await rung().call("readUploaded"), [1, 2]));

    it("a tensor that the GPU cannot bind is refused, not zeros", async () => {
      await assert.rejects(rung().call("large", 2 ** 16), /out of memory: a tensor of 16384 MiB; this GPU takes at most \d+ MiB each/);
    });

    it("a number that many tensors are is not changed with one of them", async () => {
      assert.deepEqual(await rung().call("changedConstant"), [7, 5]);
      assert.deepEqual(await rung().call("learnedConstant"), [1, 3]);
    });

    it("more numbers than are kept for later programs are right all the same", async () => {
      const n = 5000;
      assert.deepEqual(await rung().call("manyNumbers", n), [(n * (n + 1)) / 2, (n * (n + 1)) / 2]);
    });

    it("what the GPU refuses fails at the next result", async () => {
      await assert.rejects(rung().call("deviceError"), /The GPU could not do what was asked: ./);
    });
  },
  ["webgpu"],
);

onEveryRung("known faults", MODULE, (rung) => {
  it("the gradient of a sum down the columns of a square", async () => {
    const { data } = await rung().tensor("gradientOfTranspose", { dtype: "float32", shape: [3, 3], data: new Float32Array(9) });
    assert.deepEqual(Array.from(data), [9, 12, 15, 9, 11, 13, 6, 7, 8]);
  });

  for (const [name, [, answer]] of Object.entries(ASKED)) it(name, async () => assert.equal(await rung().call("answer", name), answer));
});

onEveryRung(
  "known faults",
  MODULE,
  (rung) => {
    it("elements by indices that are none are refused", async () => {
      await assert.rejects(rung().call("elements", 3), /3\b.* (is not in \[0, 2\]|does not index into)/);
      assert.deepEqual(await rung().call("elements", 2), [3]);
    });
  },
  ["tfjs-node", "wasm", "cpu"], // a GPU does not tell
);
