/** What tracing costs: the same step with and without, interleaved, one call alone, and a profile of every operation. */
import { type Bench, median, spread } from "./measure.ts";
import { profiledRows } from "./profiled.ts";
import { measuredBy } from "./program.ts";

/** A step of a two-layer perceptron with Adam, about as long as one of exercise 05's; traced as a run traces it. */
const PROGRAM = `
const stream = random(1);
const [x, y] = [stream.normals([128, 128]), stream.normals([128, 128])];
const [a, b] = [tf.variable(stream.normals([128, 512], 0, 0.05)), tf.variable(stream.normals([512, 128], 0, 0.05))];
const adam = tf.train.adam(0.001);
const forward = () => x.matMul(a as tf.Tensor2D).relu().matMul(b as tf.Tensor2D).sub(y).square().mean() as tf.Scalar;
const bare = () => { const loss = adam.minimize(forward, true)!; const value = loss.dataSync()[0]!; loss.dispose(); return value; };
const traced = (step: number) => trace.span("step", () => {
  const loss = trace.span("minimize", () => adam.minimize(() => trace.span("forward", forward), true)!);
  const value = trace.span("read", () => loss.dataSync()[0]!);
  trace.span("dispose", () => loss.dispose());
  trace.log({ loss: value }, step);
});
const ms = (work: () => void) => { const t = performance.now(); work(); return performance.now() - t; };
const times: { bare: number; traced: number }[] = [];
for (let step = 0; step < 220; step++) times.push({ bare: ms(bare), traced: ms(() => traced(step)) });
for (const [step, time] of times.slice(20).entries()) trace.log({ "ms bare": time.bare, "ms traced": time.traced }, step);
for (let round = 0; round < 20; round++) {
  await breathe();
  trace.log({
    "us log": ms(() => { for (let i = 0; i < 2000; i++) trace.log({ flood: i }, i); }) / 2,
    "us span": ms(() => { for (let i = 0; i < 2000; i++) trace.span("flood", () => i); }) / 2,
  }, round);
}`;

export const rows: Bench = async (dist) => [...(await callRows(dist)), ...(await profiledRows(dist))];

const callRows: Bench = async (dist) => {
  const { series } = await measuredBy(dist, PROGRAM);
  const of = (name: string) => series.get(name) ?? [];
  const step = median(of("ms bare"));
  return [
    { metric: "tracing_overhead", what: "training step, bare", unit: "ms", ...spread(of("ms bare")) },
    {
      metric: "tracing_overhead",
      what: "training step, 5 spans and a point",
      unit: "ms",
      ...spread(of("ms traced")),
      ratio: median(of("ms traced")) / step,
      to: "bare",
    },
    ...["log", "span"].map((call) => ({
      metric: "tracing_overhead",
      what: `one trace.${call}`,
      unit: "µs",
      ...spread(of(`us ${call}`)),
      ratio: median(of(`us ${call}`)) / 1000 / step,
      to: "bare step",
    })),
  ];
};
