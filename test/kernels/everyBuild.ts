/** Describes a suite for both builds of the kernels, by one thread and by three; and how a result is looked at. */
import assert from "node:assert/strict";
import { before, describe } from "mocha";
import { loadLab } from "./load.ts";
import type { NdArray } from "./reference.ts";

const labs = [await loadLab(), await loadLab(3)] as const;

/** The library of the suite that runs. */
export let [{ tf, operations }] = labs;
type Tensor = InstanceType<typeof tf.Tensor>;

export function onEveryBuild(what: string, tests: () => void): void {
  for (const lab of labs) {
    for (const build of ["fma", "simd"] as const) {
      describe(`${what}, build ${build}, ${lab === labs[0] ? "one thread" : "all that can be in parts by three threads"}`, () => {
        before(async () => {
          ({ tf, operations } = lab);
          await lab.use(build);
        });
        tests();
      });
    }
  }
}

/** Relative to the largest value: what float32 allows for sums of some hundreds. */
export const TOLERANCE = 2e-6;

export const tensor = ({ data, shape }: NdArray, dtype: "float32" | "int32" = "float32"): Tensor => tf.tensor([...data], [...shape], dtype);

/** Runs tfjs and looks at all that it gives. @param scale what the error is relative to; the largest wanted value by default */
export function same(work: () => Tensor, want: NdArray, what: string, tolerance = TOLERANCE): void {
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
