import * as tf from "@tensorflow/tfjs";
import { breathe, progress, type RunOptions, random, trace } from "practicum";
import type { LayerWeights, Surface } from "./surface.ts";

const stream = random();
const HEADS = 8;
const DIM = 64;
const WIDTH = HEADS * DIM;
const KV_HEADS = [8, 4, 2, 1];
/** How alike the heads of a group are: the share of their weights' variance that they have in common. */
const ALIKE = { "unrelated heads": 0, "alike by half": 0.5, "alike by nine tenths": 0.9 };

const nameOf = (kvHeads: number): string => `${kvHeads} ${kvHeads === 1 ? "head" : "heads"} of keys and values`;
const cacheOf = (kvHeads: number): string => `cache, ${nameOf(kvHeads)}`;
const timeOf = (kvHeads: number): string => `time, ${nameOf(kvHeads)}`;

/** Compares groupings of 8 query heads: memory, time, and what pooling loses. */
export default async function run(attempt: Surface, { scale }: RunOptions): Promise<void> {
  const lengths = scale === "full" ? [128, 256, 512, 1024, 2048, 4096] : [64, 128, 256, 512, 1024];
  declarePlots();
  tabulate(attempt);
  const steps = lengths.length + KV_HEADS.length;
  for (const [done, length] of lengths.entries()) {
    progress(done, steps, `${length} tokens`);
    for (const kvHeads of KV_HEADS) await measure(attempt, kvHeads, length);
  }
  for (const [done, kvHeads] of KV_HEADS.entries()) {
    progress(lengths.length + done, steps, `pooling to ${kvHeads}`);
    await breathe();
    for (const [series, alike] of Object.entries(ALIKE)) trace.log({ [series]: await lossOfPooling(attempt, kvHeads, alike) }, kvHeads);
  }
  progress(steps, steps);
}

function declarePlots(): void {
  const x = { label: "tokens", log: true };
  trace.plot({ title: "Cache of one layer, 8 query heads", series: KV_HEADS.map(cacheOf), x, y: { label: "MiB (float32)", log: true } });
  trace.plot({ title: "Time of one layer", series: KV_HEADS.map(timeOf), x, y: { label: "ms", log: true } });
  trace.plot({
    title: "What pooling loses",
    series: Object.keys(ALIKE),
    x: { label: "heads of keys and values", log: true },
    y: { label: "% of the output's size" },
  });
}

function tabulate(attempt: Surface): void {
  const load = { batch: 1, length: 4096 };
  const whole = attempt.memory(WIDTH, { heads: HEADS, kvHeads: HEADS }, load);
  const share = (part: number, of: number) => `${(part / 2 ** 20).toFixed(2)} MiB (${((100 * part) / of).toFixed(1)}%)`;
  console.log(`One layer of width ${WIDTH}, ${HEADS} query heads, 4096 tokens, float32:`);
  for (const kvHeads of KV_HEADS) {
    const { weights, cache } = attempt.memory(WIDTH, { heads: HEADS, kvHeads }, load);
    console.log(`${nameOf(kvHeads).padEnd(26)} projections ${share(weights, whole.weights).padStart(16)}, cache ${share(cache, whole.cache).padStart(17)}`);
  }
}

/** The faster of two rounds: the first may be slow for reasons of its own. */
async function measure(attempt: Surface, kvHeads: number, length: number): Promise<void> {
  const grouping = { heads: HEADS, kvHeads };
  const weights = drawLayer(kvHeads, 0);
  const grouped = { ...weights, key: attempt.poolHeads(weights.key, grouping), value: attempt.poolHeads(weights.value, grouping) };
  const x = stream.normals([1, length, WIDTH]) as tf.Tensor3D;
  const times: number[] = [];
  for (let round = 0; round < 2; round++) {
    const started = performance.now();
    const y = tf.tidy(() => attempt.layer(x, grouped, grouping));
    await y.data();
    times.push(performance.now() - started);
    y.dispose();
    await breathe();
  }
  const { cache } = attempt.memory(WIDTH, grouping, { batch: 1, length });
  trace.log({ [cacheOf(kvHeads)]: cache / 2 ** 20, [timeOf(kvHeads)]: Math.min(...times) }, length);
  tf.dispose([x, { ...weights }, { ...grouped }]);
}

/** By how much a pooled layer's output differs from the multi-head layer's, in percent of its size. */
async function lossOfPooling(attempt: Surface, kvHeads: number, alike: number): Promise<number> {
  const share = tf.tidy(() => {
    const grouping = { heads: HEADS, kvHeads };
    const multiHead = drawLayer(kvHeads, alike);
    const grouped = { ...multiHead, key: attempt.poolHeads(multiHead.key, grouping), value: attempt.poolHeads(multiHead.value, grouping) };
    const x = stream.normals([1, 64, WIDTH]) as tf.Tensor3D;
    const before = attempt.layer(x, multiHead, { heads: HEADS, kvHeads: HEADS });
    const after = attempt.layer(x, grouped, grouping);
    return after.sub(before).norm().div(before.norm());
  });
  const [loss] = await share.data<"float32">();
  share.dispose();
  return 100 * (loss as number);
}

/** A multi-head layer in which the keys, and the values, of the heads of a group have the share `alike` of their variance in common. */
function drawLayer(kvHeads: number, alike: number): LayerWeights {
  const scale = 1 / Math.sqrt(WIDTH);
  const square = () => stream.normals([WIDTH, WIDTH], 0, scale) as tf.Tensor2D;
  const related = () =>
    tf.tidy(() => {
      const own = square().reshape([WIDTH, kvHeads, HEADS / kvHeads, DIM]);
      const common = stream.normals([WIDTH, kvHeads, 1, DIM], 0, scale);
      return own
        .mul(Math.sqrt(1 - alike))
        .add(common.mul(Math.sqrt(alike)))
        .reshape<tf.Tensor2D>([WIDTH, WIDTH]);
    });
  return { query: square(), key: related(), value: related(), output: square() };
}
