/** Operations on each value by itself, spread over each other or alone. */
import assert from "node:assert/strict";
import { it } from "mocha";
import { Draw } from "./draw.ts";
import { onEveryBuild, same, tensor, tf } from "./everyBuild.ts";
import * as reference from "./reference.ts";

onEveryBuild("operations on two values", () => {
  const operations: [name: "add" | "sub" | "mul" | "div" | "maximum" | "minimum" | "squaredDifference", f: (x: number, y: number) => number][] = [
    ["add", (x, y) => x + y],
    ["sub", (x, y) => x - y],
    ["mul", (x, y) => x * y],
    ["div", (x, y) => x / y],
    ["maximum", (x, y) => Math.max(x, y)],
    ["minimum", (x, y) => Math.min(x, y)],
    ["squaredDifference", (x, y) => (x - y) ** 2],
  ];
  for (const [name, f] of operations) {
    it(`${name} of floats, spread in every direction`, () => {
      const draw = new Draw(2);
      for (let round = 0; round < 60; round++) {
        const shape = draw.shape(draw.integer(1, 5), 5);
        const [a, b] = [draw.array(draw.spreadable(shape)), draw.array(draw.spreadable(shape), 0.5, 2)];
        same(() => tf[name](tensor(a), tensor(b)), reference.zip(a, b, f), `[${a.shape}] [${b.shape}]`);
      }
    });

    it(`${name} of NaN, infinity and signed zero`, () => {
      const values = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0, 1, -2];
      const [a, b] = [
        { shape: [7, 1], data: values },
        { shape: [1, 7], data: values },
      ];
      same(() => tf[name](tensor(a), tensor(b)), reference.zip(a, b, f), name);
    });
  }

  for (const name of ["add", "sub", "mul", "maximum", "minimum", "squaredDifference"] as const) {
    it(`${name} of integers stays exact`, () => {
      const draw = new Draw(3);
      const [a, b] = [draw.integers([5, 1, 3], -(2 ** 20), 2 ** 20), draw.integers([4, 3], -1000, 1000)];
      const f = operations.find(([own]) => own === name)?.[1] as (x: number, y: number) => number;
      const want = reference.zip(a, b, (x, y) => f(x, y) | 0);
      const got = tf.tidy(() => tf[name](tensor(a, "int32"), tensor(b, "int32")));
      assert.equal(got.dtype, "int32");
      if (name !== "squaredDifference") assert.deepEqual([...got.dataSync()], want.data);
      got.dispose();
    });
  }
});

onEveryBuild("operations on one value", () => {
  const operations: [
    name: "exp" | "tanh" | "erf" | "neg" | "square" | "sqrt" | "rsqrt" | "sigmoid" | "relu",
    f: (x: number) => number,
    low: number,
    high: number,
  ][] = [
    ["exp", Math.exp, -80, 80],
    ["tanh", Math.tanh, -12, 12],
    ["erf", reference.erf, -5, 5],
    ["neg", (x) => -x, -9, 9],
    ["square", (x) => x * x, -9, 9],
    ["sqrt", Math.sqrt, 0, 9],
    ["rsqrt", (x) => 1 / Math.sqrt(x), 1e-3, 9],
    ["sigmoid", (x) => 1 / (1 + Math.exp(-x)), -80, 80],
    ["relu", (x) => Math.max(x, 0), -9, 9],
  ];
  for (const [name, f, low, high] of operations) {
    it(`${name}: each value to the last digits`, () => {
      const x = new Draw(4).array([3001], low, high);
      const small = new Draw(5).array([1001], Math.max(low, -0.9), Math.min(high, 0.9));
      for (const input of [x, small]) {
        const got = tf.tidy(() => tf[name](tensor(input)).dataSync());
        const worst = Math.max(...input.data.map((v, i) => Math.abs((got[i] as number) - f(v)) / Math.abs(f(v) || 1)));
        assert.ok(worst < 4e-7, `relative error ${worst}`);
      }
    });

    it(`${name} of NaN and infinity`, () => {
      const values = { shape: [5], data: [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1, 0] };
      same(() => tf[name](tensor(values)), reference.map(values, f), name, 1e-6);
    });
  }

  it("powers by a number", () => {
    const x = new Draw(6).array([33], 0.1, 3);
    for (const power of [2, 3, 0.5, -0.5, 1.5, 2.5, 0, -1]) {
      same(
        () => tf.pow(tensor(x), power),
        reference.map(x, (v) => v ** power),
        `power ${power}`,
      );
      same(
        () => tf.pow(tensor(x), tf.fill([33], power)),
        reference.map(x, (v) => v ** power),
        `power ${power} for each`,
      );
    }
  });
});
