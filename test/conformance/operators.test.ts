/** Every operator that the exercises need, its gradient, and the gradient of that, against double precision: on each backend that starts here. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { RandomStream } from "../../extension/protocol/random.ts";
import { type TensorData, tensor } from "../../extension/protocol/tensor.ts";
import type { Case, Input } from "./case.ts";
import { elementwise } from "./cases/elementwise.ts";
import { fused } from "./cases/fused.ts";
import { products } from "./cases/products.ts";
import { reductions } from "./cases/reductions.ts";
import { shapes } from "./cases/shapes.ts";
import { bends as bendsAlong, type Doubles, gradients, map } from "./doubles.ts";
import { onEveryRung } from "./everyRung.ts";
import type { Rung } from "./rungs.ts";

const TABLE = { products, elementwise, reductions, shapes, fused };
const TOLERANCE = 2e-5;

/** Each case as a function of this module's text: it runs in the backend's process. */
const MODULE = `import * as tf from "@tensorflow/tfjs";
import * as practicum from "practicum";
const ask = {
${Object.values(TABLE)
  .flat()
  .map(({ name, ask }) => `  ${JSON.stringify(name)}: ${ask},`)
  .join("\n")}
};
// What is small and new may be computed by the processor, whatever the backend: here all is where the results of a training are.
const there = (...tensors) => tensors.flat().forEach(({ dataId }) => tf.backend().uploadToGPU?.(dataId));
export const value = (name, x, n) => {
  there(x, n);
  return ask[name](tf, x, n, practicum);
};
export const gradients = (name, x, n, weights) => {
  there(x, n, weights);
  return tf.grads((...moved) => ask[name](tf, moved, n, practicum).mul(weights).sum())(x);
};
const withSquare = (y) => y.add(y.square());
const slopes = (name, x, n, weights) => tf.grads((...moved) => withSquare(ask[name](tf, moved, n, practicum)).mul(weights).sum())(x);
export const bends = (name, x, n, weights, direction) => {
  there(x, n, weights, direction);
  return tf.grads((...moved) => tf.addN(slopes(name, moved, n, weights).map((slope, i) => slope.mul(direction[i]).sum())))(x);
};
`;

onEveryRung("operators", MODULE, (rung) => {
  for (const [group, cases] of Object.entries(TABLE)) {
    describe(group, () => {
      for (const one of cases) {
        it(one.name, () => conforms(rung(), one));
        if (one.gradient ?? true) it(`${one.name}: the gradient of its gradient`, () => bendsAs(rung(), one));
      }
    });
  }
});

async function conforms(rung: Rung, one: Case): Promise<void> {
  const { x, n, weights, value, slopes } = answerOf(one);
  const { name, tolerance = TOLERANCE } = one;
  compare("value", await rung.tensor("value", name, x, n), value, tolerance);
  if (slopes.length === 0) return;
  const got = (await rung.call("gradients", name, x, n, weights)) as readonly TensorData[];
  for (const [i, slope] of slopes.entries()) compare(`gradient ${i}`, got[i] as TensorData, slope, 2 * tolerance);
}

/** With the square added, so that what is linear bends too. */
async function bendsAs(rung: Rung, one: Case): Promise<void> {
  const { x, n, weights, direction, bends } = answerOf(one);
  const got = (await rung.call("bends", one.name, x, n, weights, direction)) as readonly TensorData[];
  for (const [i, bend] of bends().entries()) compare(`gradient of gradient ${i}`, got[i] as TensorData, bend, 4 * (one.tolerance ?? TOLERANCE));
}

interface Answer {
  readonly x: readonly TensorData[];
  readonly n: readonly TensorData[];
  /** What each element of the value counts in the sum whose gradient is asked. */
  readonly weights: TensorData;
  readonly value: Doubles;
  readonly slopes: readonly Doubles[];
  readonly direction: readonly TensorData[];
  /** How the gradient along the direction changes with each input. */
  readonly bends: () => readonly Doubles[];
}
const answers = new Map<Case, Answer>();

/** The same for every backend. */
function answerOf(one: Case): Answer {
  const known = answers.get(one);
  if (known) return known;
  const { inputs, whole = [], expect, gradient = true } = one;
  const draw = new RandomStream(0x35_35_35);
  const x = inputs.map(({ shape, from = "normal" }) => draw.fill(shape, DRAWS[from](draw)));
  const n = whole.map(({ shape, below }) => draw.fill(shape, () => draw.integer(0, below - 1), "int32"));
  const exact = (moved: readonly Doubles[]) => expect(moved as never, n.map(doubles) as never);
  const value = exact(x.map(doubles));
  const weights = draw.fill(value.shape, () => draw.normal());
  const slopes = gradient ? gradients(exact, x.map(doubles), doubles(weights)) : [];
  const direction = x.map(({ shape }) => draw.fill(shape, () => draw.normal()));
  const withSquare = (moved: readonly Doubles[]) => map((v) => v + v * v, exact(moved));
  const bends = () => bendsAlong(withSquare, x.map(doubles), direction.map(doubles), doubles(weights));
  const answer = { x, n, weights, value, slopes, direction, bends };
  answers.set(one, answer);
  return answer;
}

const DRAWS: Record<NonNullable<Input["from"]>, (draw: RandomStream) => () => number> = {
  normal: (draw) => () => draw.normal(),
  positive: (draw) => () => draw.uniform(0.5, 2),
  unit: (draw) => () => draw.uniform(),
};

/** As the backend gets them: rounded to 32 bits. */
const doubles = ({ shape, data }: TensorData): Doubles => ({ shape, data: Float64Array.from(data as ArrayLike<number>) });

function compare(what: string, got: TensorData, wanted: Doubles, tolerance: number): void {
  assert.deepEqual(got.shape, wanted.shape, `${what}: shape`);
  const scale = Math.max(1e-3, ...wanted.data.map(Math.abs));
  const worst = wanted.data.reduce((most, value, i) => Math.max(most, Math.abs(Number(got.data[i]) - value)), 0); // NaN stays NaN
  assert.ok(
    worst <= tolerance * scale,
    `${what}: off by ${worst} where the largest value is ${scale}: ${tensor(Array.from(got.data).slice(0, 8), [Math.min(8, got.data.length)]).data}`,
  );
}
