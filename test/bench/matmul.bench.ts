/** Products of matrices in every layout, on the backend of the sandbox. */
import { type Bench, median, type Row } from "./measure.ts";
import { absent, measuredBy } from "./program.ts";

const LAYOUTS: readonly [name: string, a: number[], b: number[], transposeA: boolean, transposeB: boolean][] = [
  ["A * B, 1024", [1024, 1024], [1024, 1024], false, false],
  ["A * Bt, 1024", [1024, 1024], [1024, 1024], false, true],
  ["At * B, 1024", [1024, 1024], [1024, 1024], true, false],
  ["64 of 128 x 32 * Bt", [64, 128, 32], [64, 128, 32], false, true],
  ["64 of 128 x 128 * B", [64, 128, 128], [64, 128, 32], false, false],
  ["64 of 128 x 128, A spread", [1, 128, 128], [64, 128, 32], false, false],
];

export const rows: Bench = async (dist) => {
  const row = (what: string): Row => ({ metric: "matmul_gflops", what, unit: "GFLOP/s" });
  try {
    const { series, backend } = await measuredBy(dist, program(), "wasm");
    return LAYOUTS.map(([name]) => ({ ...row(`${name}, ${backend}`), value: median(series.get(name) ?? []) }));
  } catch (error) {
    return LAYOUTS.map(([name]) => absent(row(name), error));
  }
};

/** Rounds over all layouts, each product repeated until it is some 100 million operations. */
const program = (): string => `
  const layouts: any[] = ${JSON.stringify(LAYOUTS)};
  const cases = layouts.map(([name, a, b, transposeA, transposeB]) => ({ name, a: tf.randomNormal(a), b: tf.randomNormal(b), transposeA, transposeB }));
  for (let round = -3; round < 15; round++) {
    for (const { name, a, b, transposeA, transposeB } of cases) {
      const product = () => tf.tidy(() => tf.matMul(a, b, transposeA, transposeB));
      const flops = 2 * product().size * a.shape.at(transposeA ? -2 : -1);
      const times = Math.ceil(1e8 / flops);
      const started = performance.now();
      for (let i = 0; i < times; i++) tf.dispose(product());
      const ms = performance.now() - started;
      if (round >= 0) trace.log({ [name]: (flops * times) / ms / 1e6 }, round);
    }
    await breathe();
  }`;
