/** What the published backends get wrong without a word: here it is right, or it is said. */
import assert from "node:assert/strict";
import { it } from "mocha";
import { onEveryRung } from "./everyRung.ts";

const MODULE = `import * as tf from "@tensorflow/tfjs";
export const readAtOnce = () => Array.from(tf.ones([8, 128]).mul(2).dataSync().slice(0, 2));
export const readUploaded = () => Array.from(tf.tensor1d([1, 2]).dataSync());
export const readLater = async () => Array.from((await tf.ones([8, 128]).mul(2).data()).slice(0, 2));
export const large = async (n) => Array.from(await tf.matMul(tf.ones([n, 1]), tf.ones([1, n])).slice([0, 0], [1, 2]).data());
export const deviceError = async () => {
  tf.backend().device.createBuffer({ size: 2 ** 40, usage: GPUBufferUsage.STORAGE });
  return Array.from(await tf.ones([8, 128]).mul(2).data());
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
});
