/** Element by element: activations, gates, norms, positions, masks. */
import { type Case, positive, shape, unit } from "../case.ts";
import { erf, map } from "../doubles.ts";

type Unary = readonly [name: string, ask: Case["ask"], f: (x: number) => number, more?: Partial<Case>];
type Binary = readonly [name: string, ask: Case["ask"], f: (x: number, y: number) => number, more?: Partial<Case>];

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
/** Shaders may compute sines to 2^-11. */
const ROUGH = { tolerance: 5e-4 };
const FLAT = { gradient: false };

const unary: readonly Unary[] = [
  ["abs", (tf, [x]) => tf.abs(x), Math.abs],
  ["neg", (tf, [x]) => tf.neg(x), (x) => -x],
  ["square", (tf, [x]) => tf.square(x), (x) => x * x],
  ["sqrt", (tf, [x]) => tf.sqrt(x), Math.sqrt, { inputs: [positive(3, 5)] }],
  ["rsqrt", (tf, [x]) => tf.rsqrt(x), (x) => 1 / Math.sqrt(x), { inputs: [positive(3, 5)] }],
  ["reciprocal", (tf, [x]) => tf.reciprocal(x), (x) => 1 / x, { inputs: [positive(3, 5)] }],
  ["exp", (tf, [x]) => tf.exp(x), Math.exp],
  ["expm1", (tf, [x]) => tf.expm1(x), Math.expm1],
  ["log", (tf, [x]) => tf.log(x), Math.log, { inputs: [positive(3, 5)] }],
  ["log1p", (tf, [x]) => tf.log1p(x), Math.log1p, { inputs: [positive(3, 5)] }],
  ["sigmoid", (tf, [x]) => tf.sigmoid(x), sigmoid],
  ["logSigmoid", (tf, [x]) => tf.logSigmoid(x), (x) => -Math.log1p(Math.exp(-x))],
  ["softplus", (tf, [x]) => tf.softplus(x), (x) => Math.log1p(Math.exp(x))],
  ["tanh", (tf, [x]) => tf.tanh(x), Math.tanh],
  ["relu", (tf, [x]) => tf.relu(x), (x) => Math.max(0, x)],
  ["leakyRelu", (tf, [x]) => tf.leakyRelu(x, 0.1), (x) => (x > 0 ? x : 0.1 * x)],
  ["elu", (tf, [x]) => tf.elu(x), (x) => (x > 0 ? x : Math.expm1(x))],
  ["erf", (tf, [x]) => tf.erf(x), erf],
  [
    "gelu by tanh",
    (_, [x]) =>
      x.mul(0.5).mul(
        x
          .add(x.pow(3).mul(0.044715))
          .mul(Math.sqrt(2 / Math.PI))
          .tanh()
          .add(1),
      ),
    (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
  ],
  ["swish", (tf, [x]) => x.mul(tf.sigmoid(x)), (x) => x * sigmoid(x)],
  ["sin", (tf, [x]) => tf.sin(x), Math.sin, ROUGH],
  ["cos", (tf, [x]) => tf.cos(x), Math.cos, ROUGH],
  ["floor", (tf, [x]) => tf.floor(x), Math.floor, FLAT],
  ["ceil", (tf, [x]) => tf.ceil(x), Math.ceil, FLAT],
  ["sign", (tf, [x]) => tf.sign(x), Math.sign, FLAT],
  ["clipByValue", (tf, [x]) => tf.clipByValue(x, -0.5, 0.8), (x) => Math.min(0.8, Math.max(-0.5, x))],
  ["pow by a number", (tf, [x]) => tf.pow(x, 3), (x) => x ** 3],
  ["pow of a number", (tf, [x]) => tf.pow(10000, x), (x) => 10000 ** x, { inputs: [unit(3, 5)] }],
  ["isNaN", (tf, [x]) => tf.isNaN(tf.log(x)).toFloat(), (x) => Number(x < 0), FLAT],
];

const binary: readonly Binary[] = [
  ["add", (tf, [x, y]) => tf.add(x, y), (x, y) => x + y],
  ["sub", (tf, [x, y]) => tf.sub(x, y), (x, y) => x - y],
  ["mul", (tf, [x, y]) => tf.mul(x, y), (x, y) => x * y],
  ["div", (tf, [x, y]) => tf.div(x, y), (x, y) => x / y, { inputs: [shape(2, 3, 5), positive(3, 5)] }],
  ["maximum", (tf, [x, y]) => tf.maximum(x, y), Math.max],
  ["minimum", (tf, [x, y]) => tf.minimum(x, y), Math.min],
  ["squaredDifference", (tf, [x, y]) => tf.squaredDifference(x, y), (x, y) => (x - y) ** 2],
  ["greater", (tf, [x, y]) => tf.greater(x, y).toFloat(), (x, y) => Number(x > y), FLAT],
  ["greaterEqual", (tf, [x, y]) => tf.greaterEqual(x, y).toFloat(), (x, y) => Number(x >= y), FLAT],
  ["less", (tf, [x, y]) => tf.less(x, y).toFloat(), (x, y) => Number(x < y), FLAT],
  ["lessEqual", (tf, [x, y]) => tf.lessEqual(x, y).toFloat(), (x, y) => Number(x <= y), FLAT],
  ["equal", (tf, [x, y]) => tf.equal(x, y).toFloat(), (x, y) => Number(x === y), FLAT],
  ["notEqual", (tf, [x, y]) => tf.notEqual(x, y).toFloat(), (x, y) => Number(x !== y), FLAT],
  ["logicalAnd", (tf, [x, y]) => tf.logicalAnd(x.greater(0), y.greater(0)).toFloat(), (x, y) => Number(x > 0 && y > 0), FLAT],
  ["where", (tf, [x, y]) => tf.where(x.greater(0), x, y.mul(2)), (x, y) => (x > 0 ? x : 2 * y), { inputs: [shape(2, 3, 5), shape(2, 3, 5)] }],
  ["where with one value", (tf, [x]) => tf.where(x.greater(0), x, -9), (x) => (x > 0 ? x : -9), { inputs: [shape(2, 3, 5)] }],
];

/** With broadcasting over a leading axis, as a bias or a mask is. */
export const elementwise: readonly Case[] = [
  ...unary.map(([name, ask, f, more]): Case => ({ name, inputs: [shape(3, 5)], ask, expect: ([x]) => map(f, x), ...more })),
  ...binary.map(
    ([name, ask, f, more]): Case => ({
      name,
      inputs: [shape(2, 3, 5), shape(3, 5)],
      ask,
      expect: (xs) => map(f as () => number, ...xs.filter(Boolean)),
      ...more,
    }),
  ),
  {
    name: "mul over a middle axis",
    inputs: [shape(2, 3, 4), shape(2, 1, 4)],
    ask: (tf, [x, y]) => tf.mul(x, y),
    expect: ([x, y]) => map((a, b) => a * b, x, y),
  },
];
