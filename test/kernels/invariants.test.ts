/** What holds of every kernel. */
import assert from "node:assert/strict";
import { it } from "mocha";
import { Draw } from "./draw.ts";
import { onEveryBuild, tensor, tf } from "./everyBuild.ts";

onEveryBuild("every kernel", () => {
  it("the same bits every time", () => {
    const work = () =>
      tf.tidy(() => {
        const x = tensor(new Draw(15).array([37, 53]));
        return tf
          .softmax(tf.matMul(x, x, false, true).tanh())
          .sum(0)
          .dataSync();
      });
    assert.deepEqual(work(), work());
  });

  it("empty tensors stay empty", () => {
    for (const f of [
      () => tf.zeros([0, 3]).add(tf.ones([3])),
      () => tf.zeros([2, 0]).exp(),
      () => tf.zeros([0, 3]).transpose(),
      () => tf.softmax(tf.zeros([0, 4])),
    ])
      assert.equal(
        tf.tidy(() => f().size),
        0,
      );
    assert.deepEqual([...tf.tidy(() => tf.zeros([0, 3]).sum(0).dataSync())], [0, 0, 0]);
  });

  it("nothing is left behind", () => {
    const before = [tf.memory().numTensors, tf.memory().numDataBuffers];
    tf.tidy(() => {
      const x = tf.randomNormal([4, 6, 8]);
      tf.fused.matMul({ a: x, b: x, transposeB: true, bias: tf.ones([6]), activation: "relu" });
      tf.stack(tf.unstack(tf.softmax(x).sum([0, 2]).cast("float32")));
    });
    assert.deepEqual([tf.memory().numTensors, tf.memory().numDataBuffers], before);
  });
});
