/** Over an axis: norms, losses, attention weights, routing. */
import { type Case, shape, whole } from "../case.ts";
import { at, build, type Doubles, fold, map, mean, reshape, row, softmax, sum } from "../doubles.ts";

const dropLast = (x: Doubles): Doubles => reshape(x, x.shape.slice(0, -1));
const overLast = (f: (values: readonly number[]) => number, x: Doubles): Doubles => dropLast(fold(f, x));
const logSoftmax = (x: Doubles): Doubles => map(Math.log, softmax(x));
const variance = (values: readonly number[]): number => mean(values.map((v) => (v - mean(values)) ** 2));
const FLAT = { gradient: false };

const rows: readonly [name: string, ask: Case["ask"], f: (values: readonly number[]) => number, more?: Partial<Case>][] = [
  ["sum", (tf, [x]) => tf.sum(x, -1), sum],
  ["sum of a long row", (tf, [x]) => tf.sum(x, -1), sum, { inputs: [shape(3, 1030)], gradient: false }],
  ["mean", (tf, [x]) => tf.mean(x, -1), mean],
  ["max", (tf, [x]) => tf.max(x, -1), (v) => Math.max(...v)],
  ["min", (tf, [x]) => tf.min(x, -1), (v) => Math.min(...v)],
  ["prod", (tf, [x]) => tf.prod(x, -1), (v) => v.reduce((a, b) => a * b), FLAT],
  ["any", (tf, [x]) => tf.any(x.greater(1), -1).toFloat(), (v) => Number(v.some((a) => a > 1)), FLAT],
  ["all", (tf, [x]) => tf.all(x.greater(-1), -1).toFloat(), (v) => Number(v.every((a) => a > -1)), FLAT],
  ["argMax", (tf, [x]) => tf.argMax(x, -1), (v) => v.indexOf(Math.max(...v)), FLAT],
  ["argMin", (tf, [x]) => tf.argMin(x, -1), (v) => v.indexOf(Math.min(...v)), FLAT],
  ["logSumExp", (tf, [x]) => tf.logSumExp(x, -1), (v) => Math.log(sum(v.map(Math.exp)))],
  ["norm", (tf, [x]) => tf.norm(x, 2, -1), (v) => Math.sqrt(sum(v.map((a) => a * a)))],
  ["variance by moments", (tf, [x]) => tf.moments(x, -1).variance, variance],
];

export const reductions: readonly Case[] = [
  ...rows.map(([name, ask, f, more]): Case => ({ name, inputs: [shape(2, 3, 5)], ask, expect: ([x]) => overLast(f, x), ...more })),
  {
    name: "sum over the first axis",
    inputs: [shape(3, 4)],
    ask: (tf, [x]) => tf.sum(x, 0),
    expect: ([x]) => build([4], (j) => sum([0, 1, 2].map((i) => at(x, i, j as number)))),
  },
  {
    name: "sum over two axes, kept",
    inputs: [shape(2, 3, 4)],
    ask: (tf, [x]) => tf.sum(x, [0, 2], true),
    expect: ([x]) => build([1, 3, 1], (_, j) => sum([0, 1].flatMap((i) => row(x, [i, j as number, 0])))),
  },
  { name: "mean of all", inputs: [shape(2, 3, 4)], ask: (tf, [x]) => tf.mean(x), expect: ([x]) => build([], () => mean(Array.from(x.data))) },
  { name: "softmax", inputs: [shape(2, 3, 5)], ask: (tf, [x]) => tf.softmax(x), expect: ([x]) => softmax(x) },
  {
    name: "softmax of a long row",
    inputs: [shape(3, 300)],
    ask: (tf, [x]) => tf.softmax(x.mul(5)),
    expect: ([x]) => softmax(map((v) => 5 * v, x)),
    gradient: false,
  },
  {
    name: "softmax under a causal mask",
    inputs: [shape(2, 4, 4)],
    ask: (tf, [x]) => tf.softmax(tf.where(tf.linalg.bandPart(tf.ones([4, 4]), -1, 0).greater(0), x, -1e9)),
    expect: ([x]) => softmax(build([2, 4, 4], (b, i, j) => ((j as number) <= (i as number) ? at(x, b as number, i as number, j as number) : -1e9))),
  },
  { name: "logSoftmax", inputs: [shape(3, 7)], ask: (tf, [x]) => tf.logSoftmax(x), expect: ([x]) => logSoftmax(x) },
  {
    name: "layer norm",
    inputs: [shape(2, 3, 8), shape(8), shape(8)],
    ask: (tf, [x, gain, shift]) => {
      const { mean, variance } = tf.moments(x, -1, true);
      return x
        .sub(mean)
        .mul(tf.rsqrt(variance.add(1e-5)))
        .mul(gain)
        .add(shift);
    },
    expect: ([x, gain, shift]) => map((v, m, s, g, b) => ((v - m) / Math.sqrt(s + 1e-5)) * g + b, x, fold(mean, x), fold(variance, x), gain, shift),
  },
  {
    name: "cross-entropy by a one-hot target",
    inputs: [shape(4, 6)],
    whole: [whole(6, 4)],
    ask: (tf, [logits], [labels]) => tf.neg(tf.mean(tf.sum(tf.oneHot(labels, 6).toFloat().mul(tf.logSoftmax(logits)), -1))),
    expect: ([logits], [labels]) => build([], () => -mean([0, 1, 2, 3].map((i) => at(logSoftmax(logits), i, at(labels, i))))),
  },
  {
    name: "tf.losses.softmaxCrossEntropy",
    inputs: [shape(4, 6)],
    whole: [whole(6, 4)],
    ask: (tf, [logits], [labels]) => tf.losses.softmaxCrossEntropy(tf.oneHot(labels, 6).toFloat(), logits),
    expect: ([logits], [labels]) => build([], () => -mean([0, 1, 2, 3].map((i) => at(logSoftmax(logits), i, at(labels, i))))),
  },
  {
    name: "cumsum",
    inputs: [shape(2, 3, 5)],
    ask: (tf, [x]) => tf.cumsum(x, -1),
    expect: ([x]) => build([2, 3, 5], (...i) => sum(row(x, i).slice(0, (i[2] as number) + 1))),
  },
  {
    name: "cumsum, exclusive and reversed",
    inputs: [shape(2, 3, 5)],
    ask: (tf, [x]) => tf.cumsum(x, -1, true, true),
    expect: ([x]) => build([2, 3, 5], (...i) => sum(row(x, i).slice((i[2] as number) + 1))),
  },
  {
    name: "cumsum over the first axis",
    inputs: [shape(5, 3)],
    ask: (tf, [x]) => tf.cumsum(x, 0),
    expect: ([x]) => build([5, 3], (i, j) => sum([0, 1, 2, 3, 4].slice(0, (i as number) + 1).map((k) => at(x, k, j as number)))),
  },
  {
    name: "topk, values",
    inputs: [shape(3, 9)],
    ask: (tf, [x]) => tf.topk(x, 3).values,
    expect: ([x]) => build([3, 3], (...i) => row(x, i).sort((a, b) => b - a)[i[1] as number] as number),
    gradient: false,
  },
  {
    name: "topk, indices",
    inputs: [shape(3, 9)],
    ask: (tf, [x]) => tf.topk(x, 3).indices,
    expect: ([x]) =>
      build(
        [3, 3],
        (...i) =>
          row(x, i)
            .map((v, k) => [v, k] as const)
            .sort((a, b) => b[0] - a[0])[i[1] as number]?.[1] as number,
      ),
    gradient: false,
  },
];
