/** TensorFlow's own library behind tfjs: what its package lacks, or says in words that do not help, and that it leaves nothing behind. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { softwareTensorflow } from "../tools/tensorflow.ts";
import { onEveryRung } from "./everyRung.ts";
import { PREPARE_MS, startRung } from "./rungs.ts";

/** Each with what the other backends answer. */
const ASKED: Readonly<Record<string, readonly [text: string, answer: string | RegExp]>> = {
  "rows by number, along an axis that is counted from the end": ["tf.gather(tf.tensor2d([[1, 2], [3, 4]]), tf.tensor1d([1], 'int32'), -1)", "float32 2,1: 2,4"],
  "a product of masks is a mask": ["tf.mul(tf.less(tf.tensor1d([1, 2, 3]), 3), tf.greater(tf.tensor1d([1, 2, 3]), 1))", "bool 3: 0,1,0"],
  "a mask that is less than another": ["tf.less(tf.tensor1d([false, true], 'bool'), tf.tensor1d([true, true], 'bool'))", "bool 2: 1,0"],
  "the largest of a mask": ["tf.max(tf.tensor1d([false, true], 'bool'))", "bool : 1"],
  "an operation that it has no kernel for": ["tf.lowerBound(tf.tensor1d([1, 3, 5]), tf.tensor1d([2, 4])).flatten()", "int32 2: 1,2"],
  "another, with weights": ["tf.denseBincount(tf.tensor1d([0, 1, 1], 'int32'), tf.tensor1d([1, 2, 3]), 3)", "float32 3: 1,5,0"],
  "what it cannot compute": ["tf.tensor1d([7], 'int32').div(tf.tensor1d([0], 'int32'))", /^TensorFlow could not compute FloorDiv: .*zero/],
};

const MODULE = `import * as tf from "@tensorflow/tfjs";
const ask: Record<string, () => any> = {
${Object.entries(ASKED)
  .map(([name, [text]]) => `  ${JSON.stringify(name)}: () => ${text},`)
  .join("\n")}
};
export const answer = (name: string) => {
  const x = ask[name]!();
  return x.dtype + " " + x.shape + ": " + x.dataSync();
};
/** Tensors of TensorFlow's before and after steps of a training. */
export async function left() {
  const [w, optimizer] = [tf.variable(tf.ones([8, 8])), tf.train.adam(0.01)];
  const counts: number[] = [];
  for (let step = 0; step < 5; step++) {
    optimizer.minimize(() => tf.softmax(tf.matMul(tf.ones([4, 8]), w)).gather([0, 1]).square().sum());
    await w.data();
    counts.push((tf.backend() as any).binding.getNumOfTensors());
  }
  return counts.slice(2);
}
`;

onEveryRung(
  "TensorFlow's library",
  MODULE,
  (rung) => {
    for (const [name, [, answer]] of Object.entries(ASKED)) {
      if (typeof answer === "string") it(name, async () => assert.equal(await rung().call("answer", name), answer));
      else
        it(`${name} is refused, with the reason`, () =>
          assert.rejects(rung().call("answer", name), ({ message }: Error) => answer.test(message.replace(/^Request .*? message: /, ""))));
    }

    it("steps of a training leave no tensor behind", async () => {
      const [first, ...later] = (await rung().call("left")) as number[];
      assert.deepEqual(later, [first, first]);
    });
  },
  ["tfjs-node"],
);

describe("TensorFlow's packages with a library for the processor", function () {
  this.timeout(PREPARE_MS);
  it("start where they were built, and the one for a GPU says that it found none", async function () {
    const built = softwareTensorflow();
    if ("reason" in built) {
      console.log(`    not tested here: ${built.reason}`);
      return this.skip();
    }
    const processor = await startRung("tfjs-node");
    assert.ok(typeof processor !== "string", String(processor));
    await processor.stop();
    const gpu = await startRung("tfjs-node-gpu");
    if (typeof gpu === "string") return assert.match(gpu, /^TensorFlow found no GPU that it can use/);
    await gpu.stop();
  });
});
