/** Products of matrices in every layout, on the backend of the sandbox and on the GPU that there is. */
import type { BackendName } from "../../extension/protocol/runtime.ts";
import { type Bench, median, type Row } from "./measure.ts";
import { absent, GPU_BACKENDS, measuredBy } from "./program.ts";

const LAYOUTS: readonly [name: string, a: number[], b: number[], transposeA: boolean, transposeB: boolean][] = [
  ["A * B, 1024", [1024, 1024], [1024, 1024], false, false],
  ["A * Bt, 1024", [1024, 1024], [1024, 1024], false, true],
  ["At * B, 1024", [1024, 1024], [1024, 1024], true, false],
  ["64 of 128 x 32 * Bt", [64, 128, 32], [64, 128, 32], false, true],
  ["64 of 128 x 128 * B", [64, 128, 128], [64, 128, 32], false, false],
  ["64 of 128 x 128, A spread", [1, 128, 128], [64, 128, 32], false, false],
];

/** Operations after which the result is waited for: a millisecond of either, at least. */
const PATIENCE = { wasm: 1e8, gpu: 1e10 };

export const rows: Bench = async (dist) => {
  const of = async (backend: BackendName, operations: number): Promise<Row[]> => {
    const row = (what: string): Row => ({ metric: "matmul_gflops", what: `${what}, ${backend}`, unit: "GFLOP/s" });
    try {
      const { series } = await measuredBy(dist, program(operations), backend);
      return LAYOUTS.map(([name]) => ({ ...row(name), value: median(series.get(name) ?? []) }));
    } catch (error) {
      return backend === "wasm" ? LAYOUTS.map(([name]) => absent(row(name), error)) : [absent(row("every layout"), error)];
    }
  };
  const found = await of("wasm", PATIENCE.wasm);
  for (const backend of GPU_BACKENDS) found.push(...(await of(backend, PATIENCE.gpu)));
  return found;
};

/** Rounds over all layouts, each product repeated until it is so many operations; a GPU has computed them when one number of the last is there. */
const program = (operations: number): string => `
  const layouts: any[] = ${JSON.stringify(LAYOUTS)};
  const cases = layouts.map(([name, a, b, transposeA, transposeB]) => ({ name, a: tf.randomNormal(a), b: tf.randomNormal(b), transposeA, transposeB }));
  for (let round = -3; round < 15; round++) {
    for (const { name, a, b, transposeA, transposeB } of cases) {
      const product = () => tf.tidy(() => tf.matMul(a, b, transposeA, transposeB));
      const flops = 2 * product().size * a.shape.at(transposeA ? -2 : -1);
      const times = Math.ceil(${operations} / flops);
      const started = performance.now();
      for (let i = 1; i < times; i++) tf.dispose(product());
      const one = tf.tidy(() => product().flatten().slice(0, 1));
      await one.data();
      one.dispose();
      const ms = performance.now() - started;
      if (round >= 0) trace.log({ [name]: (flops * times) / ms / 1e6 }, round);
    }
    await breathe();
  }`;
