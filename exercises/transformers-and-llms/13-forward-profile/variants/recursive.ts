// Spans by a helper, blocks without a span of their own; self time by walking down from the roots; FLOPs as a sum over all products.
import * as tf from "@tensorflow/tfjs";
import { trace } from "practicum";
import { attention, embed, feedForward, finished, layerNorm, output } from "./layers.ts";
import type { ByComponent, Component, GPTConfig, GPTWeights, Span } from "./surface.ts";

const part = (name: Component, work: () => tf.Tensor3D): Promise<tf.Tensor3D> => trace.span(name, () => finished(tf.tidy(work)));

export const forward = async (weights: GPTWeights, { heads }: GPTConfig, tokens: tf.Tensor2D): Promise<tf.Tensor3D> =>
  trace.span("forward", async () => {
    let stream = await part("embedding", () => embed(weights, tokens));
    for (const block of weights.blocks) {
      const forAttention = await part("layerNorm", () => layerNorm(stream, block.attentionNorm));
      stream = await part("attention", () => tf.add(attention(forAttention, block, heads), stream));
      const forNetwork = await part("layerNorm", () => layerNorm(stream, block.feedForwardNorm));
      stream = await part("feedForward", () => tf.add(feedForward(forNetwork, block), stream));
    }
    const last = await part("layerNorm", () => layerNorm(stream, weights.finalNorm));
    return part("output", () => output(last, weights));
  });

const nothing = () => ({ embedding: 0, layerNorm: 0, attention: 0, feedForward: 0, output: 0 });

export const timeByComponent = (spans: readonly Span[]): ByComponent & { other: number } => {
  const times = { ...nothing(), other: 0 };
  const ids = new Set(spans.map(({ id }) => id));
  const walk = (span: Span, owner: keyof typeof times): void => {
    const own = span.name !== "other" && span.name in times ? (span.name as Component) : owner;
    const inside = spans.filter(({ parent }) => parent === span.id);
    times[own] += inside.reduce((rest, { duration }) => rest - duration, span.duration);
    for (const child of inside) walk(child, own);
  };
  for (const span of spans) if (span.parent === undefined || !ids.has(span.parent)) walk(span, "other");
  return times;
};

export const countFlops = (config: GPTConfig, batch: number, time: number): ByComponent => {
  const product = (rows: number, inner: number, columns: number) => 2 * rows * inner * columns;
  const { width, heads, layers, vocabulary } = config;
  const flops = nothing();
  for (let layer = 0; layer < layers; layer++) {
    for (const _ of ["query", "key", "value", "projection"]) flops.attention += product(batch * time, width, width);
    flops.attention += batch * heads * (product(time, width / heads, time) + product(time, time, width / heads));
    flops.feedForward += product(batch * time, width, 4 * width) + product(batch * time, 4 * width, width);
  }
  flops.output = product(batch * time, width, vocabulary);
  return flops;
};

export const crossoverLength = (config: GPTConfig): number => (16 * config.width ** 2 - 8 * config.width ** 2) / (4 * config.width);

export const gigaflopsPerSecond = (flops: ByComponent, milliseconds: ByComponent): ByComponent => {
  const rates = nothing();
  for (const component of Object.keys(rates) as Component[]) {
    if (flops[component] === 0) continue;
    const seconds = milliseconds[component] / 1000;
    rates[component] = flops[component] / seconds / 1e9;
  }
  return rates;
};
