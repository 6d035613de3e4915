import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import { Draw } from "./draw.ts";
import { loadLab } from "./load.ts";
import type { NdArray } from "./reference.ts";
import * as reference from "./reference.ts";

const labs = [await loadLab(), await loadLab(3)] as const;
let [{ tf }] = labs;
type Tensor = InstanceType<typeof tf.Tensor>;

/** Relative to the largest value: what float32 allows for sums of some hundreds. */
const TOLERANCE = 2e-6;

const tensor = ({ data, shape }: NdArray, dtype: "float32" | "int32" = "float32"): Tensor => tf.tensor([...data], [...shape], dtype);

/** Runs tfjs and looks at all that it gives. @param scale what the error is relative to; the largest wanted value by default */
function same(work: () => Tensor, want: NdArray, what: string, tolerance = TOLERANCE): void {
  const got = tf.tidy(work);
  assert.deepEqual(got.shape, [...want.shape], what);
  const values = got.dataSync();
  got.dispose();
  const scale = Math.max(1e-30, ...want.data.filter(Number.isFinite).map(Math.abs));
  want.data.forEach((w, i) => {
    const g = values[i] as number;
    const close = Object.is(w, g) || w === g || Math.abs(g - w) <= tolerance * scale;
    assert.ok(close, `${what}: at ${i} of [${want.shape}] ${g}, not ${w}`);
  });
}

for (const lab of labs) {
  for (const build of ["fma", "simd"] as const) {
    describe(`kernels, build ${build}, ${lab === labs[0] ? "one thread" : "all that can be in parts by three threads"}`, () => {
      before(async () => {
        ({ tf } = lab);
        await lab.use(build);
      });
      products();
      binaries();
      unaries();
      reductions();
      moves();
      lookups();
      softmaxes();
      keepsItsWord();
    });
  }
}

function products(): void {
  const draw = new Draw(1);
  const sizes = [1, 2, 3, 5, 6, 7, 8, 9, 13, 16, 31, 48, 97, 130];
  const layouts = [
    [false, false],
    [false, true],
    [true, false],
    [true, true],
  ] as const;
  const batches: [a: number[], b: number[]][] = [
    [[], []],
    [[3], [3]],
    [
      [2, 3],
      [2, 3],
    ],
    [[3], []],
    [[], [3]],
    [
      [2, 1],
      [1, 3],
    ],
    [[2, 3], [3]],
    [[1], [4]],
    [
      [2, 1, 2],
      [3, 1],
    ],
  ];
  for (const [transposeA, transposeB] of layouts) {
    it(`products of matrices, ${transposeA ? "At" : "A"} * ${transposeB ? "Bt" : "B"}`, () => {
      for (const [aBatch, bBatch] of batches) {
        for (let round = 0; round < 6; round++) {
          const [m, k, n] = [draw.one(sizes), draw.one(sizes), draw.one(sizes)];
          const a = draw.array([...aBatch, ...(transposeA ? [k, m] : [m, k])]);
          const b = draw.array([...bBatch, ...(transposeB ? [n, k] : [k, n])]);
          const want = reference.matMul(a, b, transposeA, transposeB);
          same(() => tf.matMul(tensor(a), tensor(b), transposeA, transposeB), want, `[${a.shape}] [${b.shape}]`);
        }
      }
    });

    it(`products beyond a block in every direction, ${transposeA ? "At" : "A"} * ${transposeB ? "Bt" : "B"}`, () => {
      const [m, k, n] = [103, 259, 521];
      const a = draw.array(transposeA ? [k, m] : [m, k]);
      const b = draw.array(transposeB ? [n, k] : [k, n]);
      same(() => tf.matMul(tensor(a), tensor(b), transposeA, transposeB), reference.matMul(a, b, transposeA, transposeB), "blocks");
    });

    it(`fused with bias and activation, ${transposeA ? "At" : "A"} * ${transposeB ? "Bt" : "B"}`, () => {
      for (const activation of ["linear", "relu", "relu6", "sigmoid", "elu"] as const) {
        const a = draw.array(transposeA ? [2, 70, 9] : [2, 9, 70]);
        const b = draw.array(transposeB ? [2, 11, 70] : [2, 70, 11]);
        const bias = draw.array([11]);
        const f = { linear: (x: number) => x, relu: (x: number) => Math.max(x, 0), relu6: (x: number) => Math.min(Math.max(x, 0), 6) };
        const own = { ...f, sigmoid: (x: number) => 1 / (1 + Math.exp(-x)), elu: (x: number) => (x > 0 ? x : Math.expm1(x)) }[activation];
        const want = reference.map(
          reference.zip(reference.matMul(a, b, transposeA, transposeB), bias, (x, y) => x + y),
          own,
        );
        same(() => tf.fused.matMul({ a: tensor(a), b: tensor(b), bias: tensor(bias), transposeA, transposeB, activation }), want, activation);
      }
    });
  }

  it("a product over nothing is 0, and one of nothing is empty", () => {
    same(
      () => tf.matMul(tf.zeros([3, 0]), tf.zeros([0, 2])),
      reference.generate([3, 2], () => 0),
      "inner size 0",
    );
    same(() => tf.matMul(tf.zeros([0, 3]), tf.zeros([3, 2])), { shape: [0, 2], data: [] }, "no rows");
    same(() => tf.matMul(tf.zeros([0, 2, 3]), tf.zeros([0, 3, 2])), { shape: [0, 2, 2], data: [] }, "no matrices");
  });

  it("NaN and infinity reach the row and the column that they belong to", () => {
    const a = draw.array([7, 9]);
    const spoilt = { ...a, data: a.data.with(9 * 2 + 4, Number.NaN).with(9 * 5 + 1, Number.POSITIVE_INFINITY) };
    const b = draw.array([9, 10], 1, 2);
    same(() => tf.matMul(tensor(spoilt), tensor(b)), reference.matMul(spoilt, b), "NaN");
  });
}

function binaries(): void {
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
}

function unaries(): void {
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
}

function reductions(): void {
  const operations = [
    ["sum", reference.sum],
    ["mean", (values: readonly number[]) => reference.sum(values) / values.length],
    ["max", (values: readonly number[]) => Math.max(...values)],
  ] as const;
  for (const [name, f] of operations) {
    it(`${name} over any axes`, () => {
      const draw = new Draw(7);
      for (let round = 0; round < 60; round++) {
        const x = draw.array(draw.shape(draw.integer(1, 5), 6));
        const axes = [...x.shape.keys()].filter(() => draw.uniform() < 0.5);
        if (axes.length === 0) continue;
        same(() => tf[name](tensor(x), axes), reference.reduce(x, axes, f), `[${x.shape}] over ${axes}`);
        const kept = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
        same(() => tf[name](tensor(x), axes, true), { ...reference.reduce(x, axes, f), shape: kept }, `[${x.shape}] over ${axes}, kept`);
      }
    });

    it(`${name} of long axes`, () => {
      const draw = new Draw(8);
      for (const [shape, axis] of [
        [[5, 1003], 1],
        [[1003, 5], 0],
        [[3, 517, 7], 1],
      ] as const) {
        const x = draw.array(shape);
        same(() => tf[name](tensor(x), axis), reference.reduce(x, [axis], f), `[${shape}]`);
      }
    });

    it(`${name} shows NaN`, () => {
      const x = { shape: [2, 6], data: [1, 2, Number.NaN, 4, 5, 6, 1, 2, 3, 4, 5, Number.NaN] };
      for (const axis of [0, 1]) {
        const got = tf.tidy(() => tf[name](tensor(x), axis).dataSync());
        assert.deepEqual([...got].map(Number.isNaN), reference.reduce(x, [axis], f).data.map(Number.isNaN));
      }
    });
  }

  it("sum and max of integers stay exact", () => {
    const x = new Draw(9).integers([7, 5], -(2 ** 26), 2 ** 26);
    for (const [name, f] of [operations[0], operations[2]]) {
      const got = tf.tidy(() => tf[name](tensor(x, "int32"), 0).dataSync());
      assert.deepEqual([...got], reference.reduce(x, [0], f).data);
    }
  });
}

function moves(): void {
  for (const dtype of ["float32", "int32"] as const) {
    it(`transposes of ${dtype}`, () => {
      const draw = new Draw(10);
      for (let round = 0; round < 60; round++) {
        const x = draw.integers(draw.shape(draw.integer(1, 6), 5), -99, 99);
        const order = [...x.shape.keys()].sort(() => draw.uniform() - 0.5);
        same(() => tf.transpose(tensor(x, dtype), order), reference.transpose(x, order), `[${x.shape}] by ${order}`);
      }
    });

    it(`slices, splits, concatenations and stacks of ${dtype}`, () => {
      const draw = new Draw(11);
      for (let round = 0; round < 40; round++) {
        const x = draw.integers(draw.shape(draw.integer(1, 4), 6), -99, 99);
        const begin = x.shape.map((size) => draw.integer(0, size - 1));
        const size = x.shape.map((d, axis) => draw.integer(0, d - (begin[axis] as number)));
        const cut = reference.generate(size, (index) =>
          reference.at(
            x,
            index.map((i, axis) => i + (begin[axis] as number)),
          ),
        );
        same(() => tf.slice(tensor(x, dtype), begin, size), cut, `[${x.shape}] from ${begin}, ${size}`);
        const axis = draw.integer(0, x.shape.length - 1);
        const parts = x.shape[axis] as number;
        same(() => tf.concat(tf.split(tensor(x, dtype), parts, axis), axis), x, `[${x.shape}] split along ${axis}`);
        same(() => tf.stack(tf.unstack(tensor(x, dtype), axis), axis), x, `[${x.shape}] unstacked along ${axis}`);
      }
    });
  }

  it("a truth value is transposed, sliced and looked up as ever", () => {
    const x = tf.tensor2d([true, false, true, false, false, true], [2, 3], "bool");
    assert.deepEqual([...tf.transpose(x).dataSync()], [1, 0, 0, 0, 1, 1]);
    assert.deepEqual([...x.slice([0, 1], [2, 2]).dataSync()], [0, 1, 0, 1]);
    x.dispose();
  });
}

function lookups(): void {
  it("gather along any axis, in batches or not", () => {
    const draw = new Draw(12);
    for (let round = 0; round < 60; round++) {
      const x = draw.array(draw.shape(draw.integer(1, 4), 5));
      const axis = draw.integer(0, x.shape.length - 1);
      const batchDims = draw.integer(0, axis);
      const ids = draw.integers([...x.shape.slice(0, batchDims), ...draw.shape(draw.integer(0, 2), 4)], 0, (x.shape[axis] as number) - 1);
      const own = ids.shape.slice(batchDims);
      const want = reference.generate([...x.shape.slice(0, axis), ...own, ...x.shape.slice(axis + 1)], (index) => {
        const id = reference.at(ids, [...index.slice(0, batchDims), ...index.slice(axis, axis + own.length)]);
        return reference.at(x, [...index.slice(0, axis), id, ...index.slice(axis + own.length)]);
      });
      same(() => tf.gather(tensor(x), tensor(ids, "int32"), axis, batchDims), want, `[${x.shape}] at [${ids.shape}], axis ${axis}, batch ${batchDims}`, 0);
    }
  });

  it("gather says which index is out of range", () => {
    assert.throws(() => tf.gather(tf.ones([4, 2]), tf.tensor1d([0, 4], "int32")), /index 4 is not in \[0, 3\]/);
    assert.throws(() => tf.gather(tf.ones([4, 2]), tf.tensor1d([-1], "int32")), /index -1 is not in/);
  });

  for (const dtype of ["float32", "int32"] as const) {
    it(`sums of segments of ${dtype}; ids out of range are left out`, () => {
      const draw = new Draw(13);
      const x = draw.integers([20, 5], -(2 ** 25), 2 ** 25);
      const ids = draw.integers([20], -1, 6);
      const values = { ...x, data: dtype === "float32" ? x.data.map((v) => v / 2 ** 20) : x.data };
      const want = reference.generate([6, 5], ([segment, column]) =>
        reference.sum(ids.data.map((id, row) => (id === segment ? reference.at(values, [row, column as number]) : 0))),
      );
      same(() => tf.unsortedSegmentSum(tensor(values, dtype), tf.tensor1d([...ids.data], "int32"), 6), want, "segments", dtype === "int32" ? 0 : TOLERANCE);
    });
  }
}

function softmaxes(): void {
  it("softmax and log softmax of rows of any length", () => {
    const draw = new Draw(14);
    for (const n of [1, 2, 3, 4, 5, 7, 8, 64, 65, 130]) {
      const x = draw.array([3, n], -30, 30);
      same(() => tf.softmax(tensor(x)), reference.softmax(x), `rows of ${n}`);
      same(() => tf.logSoftmax(tensor(x)), reference.map(reference.softmax(x), Math.log), `log, rows of ${n}`);
    }
  });

  it("what is masked has no weight", () => {
    const x = { shape: [2, 5], data: [1, -1e9, 2, Number.NEGATIVE_INFINITY, 0, -1e9, 3, -1e9, -1e9, -1e9] };
    same(() => tf.softmax(tensor(x)), reference.softmax(x), "masked");
    const got = tf.tidy(() => tf.softmax(tensor(x)).dataSync());
    assert.deepEqual([got[1], got[3], got[5], got[6]], [0, 0, 0, 1]);
  });

  it("a row with NaN is NaN", () => {
    const got = tf.tidy(() => tf.softmax(tf.tensor2d([1, Number.NaN, 2, 3, 4, 5], [2, 3])).dataSync());
    assert.deepEqual([...got].map(Number.isNaN), [true, true, true, false, false, false]);
  });
}

function keepsItsWord(): void {
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
}
