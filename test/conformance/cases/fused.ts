/** What `practicum` has as one operation. */
import { type Case, shape, whole } from "../case.ts";
import { at, build, type Doubles, erf, fold, map, mean, row, sum } from "../doubles.ts";

/** (x - mean) / sqrt(variance + epsilon) of each vector of the last axis. */
function normal(x: Doubles, epsilon = 1e-5): Doubles {
  const centred = map((v, m) => v - m, x, fold(mean, x));
  return map(
    (v, variance) => v / Math.sqrt(variance + epsilon),
    centred,
    fold((values) => mean(values.map((v) => v * v)), centred),
  );
}

/** -ln(softmax(values)[label]) */
const surprise = (values: readonly number[], label: number): number => Math.log(sum(values.map(Math.exp))) - (values[label] as number);

export const fused: readonly Case[] = [
  {
    name: "layerNorm",
    inputs: [shape(2, 3, 8), shape(8), shape(8)],
    ask: (_, [x, gain, bias], __, { layerNorm }) => layerNorm(x, { gain, bias }),
    expect: ([x, gain, bias]) => map((v, g, b) => v * g + b, normal(x), gain, bias),
  },
  {
    name: "layerNorm without gain and bias, with an epsilon of its own",
    inputs: [shape(4, 7)],
    ask: (_, [x], __, { layerNorm }) => layerNorm(x, { epsilon: 0.1 }),
    expect: ([x]) => normal(x, 0.1),
  },
  {
    name: "layerNorm of many rows",
    inputs: [shape(35, 2, 3), shape(3)],
    ask: (_, [x, gain], __, { layerNorm }) => layerNorm(x, { gain }),
    expect: ([x, gain]) => map((v, g) => v * g, normal(x), gain),
  },
  { name: "gelu", inputs: [shape(3, 5)], ask: (_, [x], __, { gelu }) => gelu(x.mul(2)), expect: ([x]) => map((v) => v * (1 + erf(Math.SQRT2 * v)), x) },
  {
    name: "gelu by tanh",
    inputs: [shape(3, 5)],
    ask: (_, [x], __, { gelu }) => gelu(x, "tanh"),
    expect: ([x]) => map((v) => 0.5 * v * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (v + 0.044715 * v ** 3))), x),
  },
  {
    name: "crossEntropy",
    inputs: [shape(4, 6)],
    whole: [whole(6, 4)],
    ask: (_, [logits], [labels], { crossEntropy }) => crossEntropy(logits, labels),
    expect: ([logits], [labels]) => build([], () => mean([0, 1, 2, 3].map((i) => surprise(row(logits, [i, 0]), at(labels, i))))),
  },
  {
    name: "crossEntropy of sequences",
    inputs: [shape(2, 3, 5)],
    whole: [whole(5, 2, 3)],
    ask: (_, [logits], [labels], { crossEntropy }) => crossEntropy(logits, labels),
    expect: ([logits], [labels]) => build([], () => mean([0, 1].flatMap((b) => [0, 1, 2].map((t) => surprise(row(logits, [b, t, 0]), at(labels, b, t)))))),
  },
];
