import * as tf from "@tensorflow/tfjs";
import { breathe, device, progress, type RunOptions, trace } from "practicum";
import type { ByComponent, Component, GPTConfig, GPTWeights, Surface } from "./surface.ts";

/** A small GPT, and GPT-2 small. */
const SCALES: Record<RunOptions["scale"], { config: GPTConfig; lengths: readonly number[]; passes: number }> = {
  quick: { config: { vocabulary: 1000, context: 512, width: 128, heads: 4, layers: 4 }, lengths: [32, 64, 128, 256, 512], passes: 3 },
  full: { config: { vocabulary: 50257, context: 1024, width: 768, heads: 12, layers: 12 }, lengths: [32, 64, 128, 256, 512, 1024], passes: 3 },
};

const COMPONENTS: readonly Component[] = ["embedding", "layerNorm", "attention", "feedForward", "output"];

/** Profiles forward passes of one sequence, longer and longer. */
export default async function run(attempt: Surface, { scale }: RunOptions): Promise<void> {
  const { config, lengths, passes } = SCALES[scale];
  const { name, gigaflops } = await device();
  console.log(`${name}: ${gigaflops.toFixed(0)} GFLOP/s for a product of two 512 x 512 matrices.`);
  console.log(`Attention takes as many FLOPs as the feed-forward networks at ${attempt.crossoverLength(config)} tokens.\n`);
  declarePlots();
  console.log(["tokens", ...COMPONENTS, "other", "total"].map((title) => title.padStart(12)).join(""));
  const weights = randomWeights(config);
  for (const [index, time] of lengths.entries()) {
    const milliseconds = await profile(attempt, weights, config, time, passes);
    tell(attempt, config, time, milliseconds);
    progress(index + 1, lengths.length, `${time} tokens`);
    await breathe();
  }
}

function declarePlots(): void {
  const x = { label: "length of the sequence (tokens)", log: true };
  trace.plot({ title: "Share of the time", series: COMPONENTS.map((component) => `${component} (time)`), x, y: { label: "% of the forward pass" } });
  trace.plot({ title: "Share of the FLOPs", series: PRODUCTS.map((component) => `${component} (FLOPs)`), x, y: { label: "% of all FLOPs" } });
  trace.plot({ title: "FLOPs a second", series: PRODUCTS.map((component) => `${component} (rate)`), x, y: { label: "GFLOP/s" } });
}

/** The components that have matrix products. */
const PRODUCTS: readonly Component[] = ["attention", "feedForward", "output"];

/** Of some passes the fastest: other work on the machine makes a pass slower, never faster. The first only warms up. */
async function profile(attempt: Surface, weights: GPTWeights, config: GPTConfig, time: number, passes: number): Promise<ByComponent & { other: number }> {
  let fastest: (ByComponent & { other: number }) | undefined;
  for (let pass = 0; pass <= passes; pass++) {
    const tokens = tf.randomUniform<tf.Rank.R2>([1, time], 0, config.vocabulary, "int32", pass);
    tf.engine().startScope(); // like tf.tidy, across awaits
    const { spans } = await trace.collect(async () => (await attempt.forward(weights, config, tokens)).data());
    tf.engine().endScope();
    tokens.dispose();
    const times = attempt.timeByComponent(spans);
    if (pass > 0 && total(times) < (fastest ? total(fastest) : Number.POSITIVE_INFINITY)) fastest = times;
    await breathe();
  }
  return fastest as ByComponent & { other: number };
}

function tell(attempt: Surface, config: GPTConfig, time: number, milliseconds: ByComponent & { other: number }): void {
  const flops = attempt.countFlops(config, 1, time);
  const rates = attempt.gigaflopsPerSecond(flops, milliseconds);
  for (const component of COMPONENTS) trace.log({ [`${component} (time)`]: (100 * milliseconds[component]) / total(milliseconds) }, time);
  for (const component of PRODUCTS) {
    trace.log({ [`${component} (FLOPs)`]: (100 * flops[component]) / total(flops), [`${component} (rate)`]: rates[component] }, time);
  }
  const cells = [...COMPONENTS, "other" as const].map((component) => `${milliseconds[component].toFixed(1)} ms`);
  console.log([String(time), ...cells, `${total(milliseconds).toFixed(1)} ms`].map((cell) => cell.padStart(12)).join(""));
}

const total = (times: object): number => Object.values(times).reduce((a: number, b: number) => a + b, 0);

/** What the numbers are does not matter to the time that they take. */
function randomWeights({ vocabulary, context, width, layers }: GPTConfig): GPTWeights {
  const matrix = (rows: number, columns: number) => tf.randomNormal<tf.Rank.R2>([rows, columns], 0, 0.02, "float32", rows + columns);
  const norm = () => ({ gain: tf.ones<tf.Rank.R1>([width]), bias: tf.zeros<tf.Rank.R1>([width]) });
  const linear = (from: number, to: number) => ({ weight: matrix(from, to), bias: tf.zeros<tf.Rank.R1>([to]) });
  return {
    tokenEmbedding: matrix(vocabulary, width),
    positionEmbedding: matrix(context, width),
    blocks: Array.from({ length: layers }, () => ({
      attentionNorm: norm(),
      queryKeyValue: linear(width, 3 * width),
      projection: linear(width, width),
      feedForwardNorm: norm(),
      expand: linear(width, 4 * width),
      contract: linear(4 * width, width),
    })),
    finalNorm: norm(),
  };
}
