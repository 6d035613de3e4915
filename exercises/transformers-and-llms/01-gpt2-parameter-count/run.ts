import { breathe, progress, type RunOptions, trace } from "practicum";
import type { GPT2Config, Surface } from "./surface.ts";

/** OpenAI's names are the reported counts: github.com/openai/gpt-2. Its paper's 117M, 345M, 762M and 1542M were corrected there. */
const FAMILY = [
  { name: "small", reported: 124e6, layers: 12, width: 768, heads: 12, context: 1024, vocabulary: 50257 },
  { name: "medium", reported: 355e6, layers: 24, width: 1024, heads: 16, context: 1024, vocabulary: 50257 },
  { name: "large", reported: 774e6, layers: 36, width: 1280, heads: 20, context: 1024, vocabulary: 50257 },
  { name: "XL", reported: 1558e6, layers: 48, width: 1600, heads: 25, context: 1024, vocabulary: 50257 },
];

/** Compares the family with what was reported, then shows where the parameters are as a model grows. */
export default async function run(attempt: Surface, { scale }: RunOptions): Promise<void> {
  compareFamily(attempt);
  plotFamily(attempt);
  await plotDepth(attempt, scale === "full" ? 96 : 48);
  await plotWidth(attempt);
}

function compareFamily(attempt: Surface): void {
  console.log(row("GPT-2", "layers", "width", "12Ld²+Vd", "exact count", "reported", "estimate is"));
  for (const config of FAMILY) {
    const { name, reported, layers, width } = config;
    const estimate = attempt.approximateParameters(config);
    const exact = attempt.countParameters(config).total;
    const gap = 100 * attempt.relativeGap(estimate, reported);
    const verdict = `${Math.abs(gap).toFixed(2)}% ${gap < 0 ? "below" : "above"}`;
    console.log(row(name, layers, width, estimate.toLocaleString("en"), exact.toLocaleString("en"), `${reported / 1e6}M`, verdict));
  }
}

/** One line of the table: the name to the left, numbers to the right. */
const row = (name: string, ...cells: readonly (string | number)[]): string => name.padEnd(7) + cells.map((cell) => String(cell).padStart(14)).join("");

const COMPONENTS = {
  tokenEmbedding: "token embedding",
  positionEmbedding: "position embedding",
  attention: "attention",
  feedForward: "feed-forward",
  layerNorm: "layer norms",
} as const;

/** Parameters of each component, in millions, under the name of its series. */
function inMillions(attempt: Surface, config: GPT2Config): Record<string, number> {
  const count = attempt.countParameters(config);
  const components = Object.keys(COMPONENTS) as (keyof typeof COMPONENTS)[];
  return Object.fromEntries(components.map((component) => [COMPONENTS[component], count[component] / 1e6]));
}

function plotFamily(attempt: Surface): void {
  trace.plot({
    title: "The GPT-2 family by component",
    series: Object.values(COMPONENTS),
    x: { label: "layers" },
    y: { label: "parameters (millions)", log: true },
  });
  for (const config of FAMILY) trace.log(inMillions(attempt, config), config.layers);
}

/** At one width the embeddings stay and the blocks add up: a shallow model is mostly vocabulary. */
async function plotDepth(attempt: Surface, deepest: number): Promise<void> {
  trace.plot({
    title: "Width 768, deeper and deeper",
    series: ["embeddings", "blocks", "whole model"],
    x: { label: "layers" },
    y: { label: "parameters (millions)" },
  });
  for (let layers = 1; layers <= deepest; layers++) {
    const count = attempt.countParameters({ layers, width: 768, heads: 12, context: 1024, vocabulary: 50257 });
    const embeddings = count.tokenEmbedding + count.positionEmbedding;
    trace.log({ embeddings: embeddings / 1e6, blocks: (count.total - embeddings) / 1e6, "whole model": count.total / 1e6 }, layers);
    progress(layers, deepest, "counting");
    await breathe();
  }
}

/** What the estimate leaves out grows with d, what it counts with d²: the wider the model, the better it is. */
async function plotWidth(attempt: Surface): Promise<void> {
  trace.plot({
    title: "What the estimate misses, 12 layers",
    series: ["gap to the exact count"],
    x: { label: "width d", log: true },
    y: { label: "% of the exact count" },
  });
  for (let width = 64; width <= 8192; width *= 2 ** 0.25) {
    const config = { layers: 12, width: 4 * Math.round(width / 4), heads: 4, context: 1024, vocabulary: 50257 };
    const gap = attempt.relativeGap(attempt.approximateParameters(config), attempt.countParameters(config).total);
    trace.log({ "gap to the exact count": 100 * gap }, config.width);
    await breathe();
  }
}
