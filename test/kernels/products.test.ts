/** Products of matrices in every layout, size and batch. */
import { it } from "mocha";
import { Draw } from "./draw.ts";
import { onEveryBuild, same, tensor, tf } from "./everyBuild.ts";
import * as reference from "./reference.ts";

onEveryBuild("products", () => {
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
});
