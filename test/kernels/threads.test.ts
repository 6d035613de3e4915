import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import { Draw } from "./draw.ts";
import { loadLab } from "./load.ts";

const [one, three] = [await loadLab(), await loadLab(3)];
type Tf = typeof one.tf;
type Tensor = InstanceType<Tf["Tensor"]>;

const product = (transposeA: boolean, transposeB: boolean) => (tf: Tf, a: Tensor, b: Tensor) => tf.matMul(a, b, transposeA, transposeB);
const table: [what: string, a: number[], b: number[], work: (tf: Tf, a: Tensor, b: Tensor, operations: typeof one.operations) => Tensor][] = [
  ["a tall product", [307, 130], [130, 65], product(false, false)],
  ["a wide product", [65, 130], [130, 307], product(false, false)],
  ["a product of transposed", [517, 97], [101, 517], product(true, true)],
  ["a product of one row", [1, 517], [517, 301], product(false, false)],
  ["a product of one column", [301, 517], [517, 1], product(false, false)],
  ["a batch of products", [7, 33, 130], [7, 130, 35], product(false, false)],
  ["a batch that is spread", [7, 33, 130], [130, 35], product(false, false)],
  ["a sum", [131, 257], [257], (tf, a, b) => tf.add(a, b)],
  ["a product with a number", [131, 257], [1], (tf, a, b) => tf.mul(a, b)],
  ["a quotient by rows", [131, 257], [131, 1], (tf, a, b) => tf.div(a, b)],
  ["exponentials", [131, 257], [1], (tf, a) => tf.exp(a)],
  ["error functions", [131, 257], [1], (tf, a) => tf.erf(a)],
  ["a softmax", [131, 257], [1], (tf, a) => tf.softmax(a)],
  ["sums of rows", [131, 257], [1], (tf, a) => tf.sum(a, 1)],
  ["sums of columns", [3, 131, 257], [1], (tf, a) => tf.sum(a, 1)],
  ["means of rows", [131, 257], [1], (tf, a) => tf.mean(a, -1, true)],
  ["a transpose", [131, 257], [1], (tf, a) => tf.transpose(a)],
  ["a transpose of heads", [5, 13, 4, 33], [1], (tf, a) => tf.transpose(a, [0, 2, 1, 3])],
  ["a concatenation", [131, 257], [131, 9], (tf, a, b) => tf.concat([a, b], 1)],
  ["a gradient of softmax", [131, 257], [131, 257], (tf, a, b) => tf.grad((x) => tf.softmax(x).mul(b))(a)],
  ["a layer norm", [131, 257], [257], (_, a, b, { layerNorm }) => layerNorm(a, { gain: b, bias: b })],
  ["a gradient of layer norm by its input", [131, 257], [257], (tf, a, b, { layerNorm }) => tf.grad((x) => layerNorm(x, { gain: b }).mul(a))(a)],
  ["a gradient of layer norm by its gain", [331, 57], [57], (tf, a, b, { layerNorm }) => tf.grad((gain) => layerNorm(a, { gain }).mul(a))(b)],
  ["a gradient of layer norm by its bias", [331, 57], [57], (tf, a, b, { layerNorm }) => tf.grad((bias) => layerNorm(a, { bias }).mul(a))(b)],
  ["a GELU", [131, 257], [1], (_, a, __, { gelu }) => gelu(a)],
  ["a GELU by tanh", [131, 257], [1], (_, a, __, { gelu }) => gelu(a, "tanh")],
  ["a gradient of GELU", [131, 257], [131, 257], (tf, a, b, { gelu }) => tf.grad((x) => gelu(x).mul(b))(a)],
  ["a gradient of GELU by tanh", [131, 257], [131, 257], (tf, a, b, { gelu }) => tf.grad((x) => gelu(x, "tanh").mul(b))(a)],
  ["a cross-entropy", [131, 257], [131], (_, a, b, { crossEntropy }) => crossEntropy(a, b.toInt())],
  ["a gradient of cross-entropy", [131, 257], [131], (tf, a, b, { crossEntropy }) => tf.grad((x) => crossEntropy(x, b.toInt()))(a)],
  ["a gradient of erf", [131, 257], [131, 257], (tf, a, b) => tf.grad((x) => tf.erf(x).mul(b))(a)],
];

for (const build of ["fma", "simd"] as const) {
  describe(`threads, build ${build}`, () => {
    before(() => Promise.all([one.use(build), three.use(build)]));

    for (const [what, aShape, bShape, work] of table) {
      it(`${what}: the same bits by one thread and by three`, () => {
        const draw = new Draw(31);
        const [a, b] = [draw.array(aShape), draw.array(bShape, 0.5, 2)];
        const bits = ({ tf, operations }: typeof one) =>
          tf.tidy(() => new Uint8Array(work(tf, tf.tensor([...a.data], aShape), tf.tensor([...b.data], bShape), operations).dataSync().buffer));
        const want = bits(one);
        for (let round = 0; round < 5; round++) assert.deepEqual(bits(three), want);
      });
    }

    it("a step of Adam: the same bits", () => {
      const start = new Draw(32).array([131, 257]);
      const trained = ({ tf }: typeof one) => {
        const weights = tf.variable(tf.tensor([...start.data], [131, 257]));
        const optimizer = tf.train.adam(0.01);
        for (let step = 0; step < 3; step++) optimizer.minimize(() => tf.sum(tf.square(weights)) as never, false, [weights]);
        const values = weights.dataSync();
        optimizer.dispose();
        weights.dispose();
        return values;
      };
      assert.deepEqual(trained(three), trained(one));
    });
  });
}
