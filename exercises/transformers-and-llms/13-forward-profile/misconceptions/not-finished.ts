// Your spans do not wait for what they measure: on a GPU they end before it is computed. Give finished(x) back from the work of each.
import type * as tf from "@tensorflow/tfjs";
import { trace } from "practicum";
import { attention, embed, feedForward, layerNorm, output } from "./layers.ts";
import type { BlockWeights, ByComponent, Component, GPTConfig, GPTWeights, Span } from "./surface.ts";

export function forward(weights: GPTWeights, config: GPTConfig, tokens: tf.Tensor2D): Promise<tf.Tensor3D> {
  return trace.span("forward", async () => {
    let x = await trace.span("embedding", () => embed(weights, tokens)); // [batch, time, width]
    for (const block of weights.blocks) x = await trace.span("block", () => throughBlock(x, block, config.heads));
    const normalised = await trace.span("layerNorm", () => layerNorm(x, weights.finalNorm));
    return trace.span("output", () => output(normalised, weights)); // [batch, time, vocabulary]
  });
}

/** The addition to the residual stream counts with what is added. */
async function throughBlock(x: tf.Tensor3D, weights: BlockWeights, heads: number): Promise<tf.Tensor3D> {
  const before = await trace.span("layerNorm", () => layerNorm(x, weights.attentionNorm));
  const attended = await trace.span("attention", () => x.add<tf.Tensor3D>(attention(before, weights, heads)));
  const between = await trace.span("layerNorm", () => layerNorm(attended, weights.feedForwardNorm));
  return trace.span("feedForward", () => attended.add<tf.Tensor3D>(feedForward(between, weights)));
}

const COMPONENTS: readonly Component[] = ["embedding", "layerNorm", "attention", "feedForward", "output"];

/** Of each span counts what is not within a span inside it. */
export function timeByComponent(spans: readonly Span[]): ByComponent & { other: number } {
  const times = { embedding: 0, layerNorm: 0, attention: 0, feedForward: 0, output: 0, other: 0 };
  const byId = new Map(spans.map((span) => [span.id, span]));
  const ownerOf = (span: Span | undefined): Component | "other" =>
    COMPONENTS.find((component) => component === span?.name) ?? (span?.parent === undefined ? "other" : ownerOf(byId.get(span.parent)));
  for (const span of spans) {
    times[ownerOf(span)] += span.duration;
    const around = span.parent === undefined ? undefined : byId.get(span.parent);
    if (around) times[ownerOf(around)] -= span.duration;
  }
  return times;
}

export function countFlops({ width, layers, vocabulary }: GPTConfig, batch: number, time: number): ByComponent {
  const tokens = batch * time;
  const projections = 2 * tokens * width * (3 * width + width); // queries, keys, values; output
  const squares = 2 * (2 * batch * time * time * width); // scores, and the mixture of the values: all heads together are as wide as the stream
  return {
    embedding: 0,
    layerNorm: 0,
    attention: layers * (projections + squares),
    feedForward: layers * (2 * tokens * width * 4 * width) * 2,
    output: 2 * tokens * width * vocabulary,
  };
}

/** 8 T d^2 + 4 T^2 d = 16 T d^2 */
export function crossoverLength({ width }: GPTConfig): number {
  return 2 * width;
}

export function gigaflopsPerSecond(flops: ByComponent, milliseconds: ByComponent): ByComponent {
  const rate = (component: Component) => (flops[component] > 0 ? flops[component] / milliseconds[component] / 1e6 : 0);
  return {
    embedding: rate("embedding"),
    layerNorm: rate("layerNorm"),
    attention: rate("attention"),
    feedForward: rate("feedForward"),
    output: rate("output"),
  };
}
