/** Optimizers against their definitions in double precision, and numbers drawn at random, on each backend that starts here. */
import assert from "node:assert/strict";
import { it } from "mocha";
import type { TensorData } from "../../extension/protocol/tensor.ts";
import { onEveryRung } from "./everyRung.ts";

const MODULE = `import * as tf from "@tensorflow/tfjs";
const optimizers = { sgd: () => tf.train.sgd(0.1), momentum: () => tf.train.momentum(0.1, 0.9), adam: () => tf.train.adam(0.01, 0.9, 0.999, 1e-8) };
/** The weights after so many steps down sum((w - target)^2). */
export async function descend(name, start, target, steps) {
  const [weights, optimizer] = [tf.variable(start), optimizers[name]()];
  for (let step = 0; step < steps; step++) optimizer.minimize(() => weights.sub(target).square().sum());
  return weights;
}
export const multinomial = (probabilities, samples, seed) => tf.multinomial(probabilities, samples, seed, true);
export const multinomialOfLogits = (logits, samples, seed) => tf.multinomial(logits, samples, seed);
export const normal = (n) => tf.randomNormal([n], 1, 2);
export const uniform = (n) => tf.randomUniform([n], -1, 3);
`;

const START = [1, -2, 0.5];
const TARGET = [0, 1, 3];

/** One weight after `steps` steps, by the definition of the optimizer. */
const DEFINITIONS: Record<string, (w: number, target: number, steps: number) => number> = {
  sgd: (w, target, steps) => target + (w - target) * 0.8 ** steps,
  momentum: (w, target, steps) => {
    for (let step = 0, velocity = 0; step < steps; step++) {
      velocity = 0.9 * velocity + 2 * (w - target);
      w -= 0.1 * velocity;
    }
    return w;
  },
  // Kingma and Ba (2015), algorithm 1
  adam: (w, target, steps) => {
    for (let t = 1, m = 0, v = 0; t <= steps; t++) {
      const gradient = 2 * (w - target);
      m = 0.9 * m + 0.1 * gradient;
      v = 0.999 * v + 0.001 * gradient ** 2;
      w -= (0.01 * (m / (1 - 0.9 ** t))) / (Math.sqrt(v / (1 - 0.999 ** t)) + 1e-8);
    }
    return w;
  },
};

const counts = ({ data }: TensorData, classes: number): number[] =>
  Array.from({ length: classes }, (_, k) => data.filter((value: number) => value === k).length / data.length);
function moments(drawn: TensorData): { readonly mean: number; readonly deviation: number } {
  const values = Array.from(drawn.data);
  const meanOf = (list: readonly number[]) => list.reduce((a, b) => a + b, 0) / list.length;
  const mean = meanOf(values);
  return { mean, deviation: Math.sqrt(meanOf(values.map((value) => (value - mean) ** 2))) };
}
const near = (got: number, wanted: number, within: number, what: string) => assert.ok(Math.abs(got - wanted) <= within, `${what}: ${got}, not ${wanted}`);
const floats = (...values: number[]) => ({ dtype: "float32" as const, shape: [values.length], data: Float32Array.from(values) });

onEveryRung("training", MODULE, (rung) => {
  for (const [name, definition] of Object.entries(DEFINITIONS)) {
    it(`20 steps of ${name}`, async () => {
      const { data } = await rung().tensor("descend", name, floats(...START), floats(...TARGET), 20);
      for (const [i, start] of START.entries()) near(data[i] as number, definition(start, TARGET[i] as number, 20), 1e-4, `weight ${i}`);
    });
  }

  const P = [0.1, 0.2, 0.3, 0.4];
  const row = { ...floats(...P, ...P), shape: [2, 4] };
  for (const [what, method, input] of [
    ["probabilities", "multinomial", row],
    ["logits", "multinomialOfLogits", { ...row, data: row.data.map((p) => Math.log(p) + 5) }],
  ] as const) {
    it(`multinomial draws each class as often as its ${what} say`, async () => {
      const drawn = await rung().tensor(method, input, 5000, 7);
      assert.deepEqual(drawn.shape, [2, 5000]);
      for (const [k, share] of counts(drawn, 4).entries()) near(share, P[k] as number, 0.02, `class ${k}`); // 4 standard deviations
    });
  }

  it("multinomial's first draw is like any other", async () => {
    const firsts: number[] = [];
    for (let seed = 1; seed <= 40; seed++) firsts.push((await rung().tensor("multinomial", row, 1, seed)).data[0] as number);
    assert.ok(new Set(firsts).size > 1, `always class ${firsts[0]}`);
  });

  it("numbers drawn at random have their mean and deviation", async () => {
    const [normal, uniform] = [moments(await rung().tensor("normal", 20_000)), moments(await rung().tensor("uniform", 20_000))];
    near(normal.mean, 1, 0.1, "mean of the normal ones"); // 7 standard deviations: no seed is to be had
    near(normal.deviation, 2, 0.1, "deviation of the normal ones");
    near(uniform.mean, 1, 0.1, "mean of the uniform ones");
    near(uniform.deviation, 4 / Math.sqrt(12), 0.1, "deviation of the uniform ones");
  });
});
