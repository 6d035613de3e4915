import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import { Draw } from "./draw.ts";
import { loadLab } from "./load.ts";
import type { NdArray } from "./reference.ts";
import * as reference from "./reference.ts";

const { tf, operations, use } = await loadLab();
type Tensor = InstanceType<typeof tf.Tensor>;

const tensor = ({ data, shape }: NdArray, dtype: "float32" | "int32" = "float32"): Tensor => tf.tensor([...data], [...shape], dtype);

/** Relative, over the whole gradient. */
function distance(got: ArrayLike<number>, want: readonly number[]): number {
  const square = (values: readonly number[]) => Math.sqrt(reference.sum(values.map((v) => v * v)));
  return square(want.map((w, i) => (got[i] as number) - w)) / (square(want) || 1);
}

interface Case {
  readonly name: string;
  readonly inputs: readonly NdArray[];
  readonly tfjs: (...inputs: Tensor[]) => Tensor;
  readonly plain: (...inputs: NdArray[]) => NdArray;
}

const draw = new Draw(21);
const x = draw.array([6, 10]);
const positive = draw.array([6, 10], 0.3, 3);
const wide = draw.array([7, 11], -6, 6);
const LABELS = [0, 8, 3, 3, 7, 1];
const mean = (values: readonly number[]) => reference.sum(values) / values.length;
const batches: [a: number[], b: number[]][] = [
  [
    [5, 7],
    [7, 3],
  ],
  [
    [2, 3, 5, 7],
    [2, 3, 7, 3],
  ],
  [
    [2, 3, 5, 7],
    [3, 7, 3],
  ],
  [
    [5, 7],
    [2, 7, 3],
  ],
  [
    [2, 1, 5, 7],
    [3, 7, 3],
  ],
];
const unary = (name: "tanh" | "erf" | "rsqrt" | "exp" | "square" | "sigmoid", f: (v: number) => number, input = x): Case => ({
  name,
  inputs: [input],
  tfjs: (t) => tf[name](t),
  plain: (v) => reference.map(v, f),
});

const cases: Case[] = [
  ...batches.map(
    ([a, b]): Case => ({
      name: `product of [${a}] and [${b}]`,
      inputs: [draw.array(a), draw.array(b)],
      tfjs: (p, q) => tf.matMul(p, q),
      plain: (p, q) => reference.matMul(p, q),
    }),
  ),
  {
    name: "product with both transposed, spread over a batch",
    inputs: [draw.array([2, 7, 5]), draw.array([3, 7])],
    tfjs: (p, q) => tf.matMul(p, q, true, true),
    plain: (p, q) => reference.matMul(p, q, true, true),
  },
  unary("tanh", Math.tanh),
  unary("erf", reference.erf),
  unary("exp", Math.exp),
  unary("square", (v) => v * v),
  unary("sigmoid", (v) => 1 / (1 + Math.exp(-v))),
  unary("rsqrt", (v) => 1 / Math.sqrt(v), positive),
  { name: "cube", inputs: [x], tfjs: (t) => tf.pow(t, 3), plain: (v) => reference.map(v, (y) => y ** 3) },
  { name: "softmax", inputs: [x], tfjs: (t) => tf.softmax(t), plain: reference.softmax },
  { name: "log softmax", inputs: [x], tfjs: (t) => tf.logSoftmax(t), plain: (v) => reference.map(reference.softmax(v), Math.log) },
  {
    name: "layer norm",
    inputs: [draw.array([6, 10]), draw.array([10]), draw.array([10])],
    tfjs: (t, gain, bias) => operations.layerNorm(t, { gain, bias }),
    plain: (v, gain, bias) => reference.layerNorm(v, gain, bias),
  },
  {
    name: "layer norm of more rows than are summed up at once, of a width that is no multiple of 4",
    inputs: [draw.array([135, 3]), draw.array([3]), draw.array([3])],
    tfjs: (t, gain, bias) => operations.layerNorm(t, { gain, bias }),
    plain: (v, gain, bias) => reference.layerNorm(v, gain, bias),
  },
  { name: "GELU", inputs: [wide], tfjs: (t) => operations.gelu(t), plain: (v) => reference.map(v, reference.gelu) },
  { name: "GELU by tanh", inputs: [wide], tfjs: (t) => operations.gelu(t, "tanh"), plain: (v) => reference.map(v, reference.geluByTanh) },
  {
    name: "cross-entropy",
    inputs: [draw.array([2, 3, 9], -9, 9)],
    tfjs: (t) => operations.crossEntropy(t, tensor({ shape: [2, 3], data: LABELS }, "int32")),
    plain: (v) => reference.crossEntropy(v, LABELS),
  },
  { name: "mean", inputs: [x], tfjs: (t) => tf.mean(t, 0), plain: (v) => reference.reduce(v, [0], mean) },
  { name: "sum", inputs: [x], tfjs: (t) => tf.sum(t, [1]), plain: (v) => reference.reduce(v, [1], reference.sum) },
  {
    name: "sum of outer and inner axes",
    inputs: [draw.array([3, 4, 5])],
    tfjs: (t) => tf.sum(t.square(), [0, 2]),
    plain: (v) =>
      reference.reduce(
        reference.map(v, (y) => y * y),
        [0, 2],
        reference.sum,
      ),
  },
  {
    name: "quotient, spread both ways",
    inputs: [draw.array([4, 1]), draw.array([1, 5], 1, 2)],
    tfjs: (p, q) => tf.div(p, q),
    plain: (p, q) => reference.zip(p, q, (a, b) => a / b),
  },
  { name: "transpose", inputs: [x], tfjs: (t) => t.transpose().square(), plain: (v) => reference.map(reference.transpose(v, [1, 0]), (y) => y * y) },
  {
    name: "rows looked up",
    inputs: [x],
    tfjs: (t) => tf.gather(t, tf.tensor1d([0, 2, 2, 5], "int32")),
    plain: (v) => reference.generate([4, 10], ([row, column]) => reference.at(v, [[0, 2, 2, 5][row as number] as number, column as number])),
  },
];

/** d(sum of weights * f) by central differences in double precision. */
function differences({ inputs, plain }: Case, of: number, weights: NdArray): number[] {
  const step = 1e-5;
  const value = (data: readonly number[]) => {
    const moved = inputs.map((input, i) => (i === of ? { ...input, data } : input));
    return reference.sum(reference.zip(plain(...moved), weights, (a, b) => a * b).data);
  };
  const { data } = inputs[of] as NdArray;
  return data.map((v, i) => (value(data.with(i, v + step)) - value(data.with(i, v - step))) / (2 * step));
}

for (const build of ["fma", "simd"] as const) {
  describe(`gradients, build ${build}`, () => {
    before(() => use(build));

    for (const one of cases) {
      it(one.name, () => {
        const weights = new Draw(22).array(one.plain(...one.inputs).shape);
        const f = (...inputs: Tensor[]) => tf.mul(one.tfjs(...inputs), tensor(weights)).sum();
        const got = tf.tidy(() =>
          tf
            .grads(f)(one.inputs.map((input) => tensor(input)))
            .map((gradient) => gradient.dataSync()),
        );
        got.forEach((gradient, i) => {
          const error = distance(gradient, differences(one, i, weights));
          assert.ok(error < 1e-6, `input ${i}: ${error}`);
        });
      });
    }

    it("Adam goes where the formula goes", () => {
      const [rate, beta1, beta2, epsilon] = [0.01, 0.9, 0.999, 1e-8];
      const [weights, m, v] = [[...x.data], x.data.map(() => 0), x.data.map(() => 0)] as [number[], number[], number[]];
      const variable = tf.variable(tensor(x));
      const optimizer = tf.train.adam(rate, beta1, beta2, epsilon);
      for (let step = 1; step <= 20; step++) {
        weights.forEach((w, i) => {
          const g = 4 * w ** 3;
          m[i] = beta1 * (m[i] as number) + (1 - beta1) * g;
          v[i] = beta2 * (v[i] as number) + (1 - beta2) * g * g;
          weights[i] = w - (rate * (m[i] / (1 - beta1 ** step))) / (Math.sqrt(v[i] / (1 - beta2 ** step)) + epsilon);
        });
        optimizer.minimize(() => tf.pow(variable, 4).sum() as never, false, [variable]);
      }
      assert.ok(distance(variable.dataSync(), weights) < 1e-5, "1 - beta is rounded to a float32, as in tfjs");
      optimizer.dispose();
      variable.dispose();
    });

    it("a step of Adam leaves copies of the weights as they were", () => {
      const variable = tf.variable(tensor(x));
      const [copy, view] = [variable.clone(), variable.reshape([10, 6])];
      const optimizer = tf.train.adam(0.1);
      optimizer.minimize(() => variable.square().sum() as never, false, [variable]);
      for (const kept of [copy, view]) assert.deepEqual([...kept.dataSync()], x.data);
      assert.notDeepEqual([...variable.dataSync()], x.data);
      tf.dispose([copy, view, variable]);
      optimizer.dispose();
    });
  });
}
