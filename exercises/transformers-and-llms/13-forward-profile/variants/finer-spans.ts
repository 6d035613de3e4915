// More spans than asked for: layers by number and the halves of a block; self time from the intervals; FLOPs by counting weights, twice for each token.
import type * as tf from "@tensorflow/tfjs";
import { trace } from "practicum";
import { attention, embed, feedForward, finished, layerNorm, output } from "./layers.ts";
import type { ByComponent, GPTConfig, GPTWeights, Span } from "./surface.ts";

export async function forward(weights: GPTWeights, config: GPTConfig, tokens: tf.Tensor2D): Promise<tf.Tensor3D> {
  return await trace.span("forward", async () => {
    let x = await trace.span("embedding", async () => await finished(embed(weights, tokens)));
    for (const [layer, block] of weights.blocks.entries()) {
      await trace.span(`layer ${layer}`, async () => {
        await trace.span("first half", async () => {
          const y = await trace.span("layerNorm", () => finished(layerNorm(x, block.attentionNorm)));
          x = await trace.span("attention", async () => {
            const added = await trace.span("heads", () => finished(attention(y, block, config.heads)));
            return finished(x.add<tf.Tensor3D>(added));
          });
        });
        await trace.span("second half", async () => {
          const y = await trace.span("layerNorm", () => finished(layerNorm(x, block.feedForwardNorm)));
          x = await trace.span("feedForward", () => finished(x.add<tf.Tensor3D>(feedForward(y, block))));
        });
      });
    }
    const y = await trace.span("layerNorm", () => finished(layerNorm(x, weights.finalNorm)));
    return trace.span("output", () => finished(output(y, weights)));
  });
}

export function timeByComponent(spans: readonly Span[]): ByComponent & { other: number } {
  const times = { embedding: 0, layerNorm: 0, attention: 0, feedForward: 0, output: 0, other: 0 };
  const all = [...spans];
  for (const span of all) {
    const children = all.filter((other) => other.parent === span.id);
    const self = span.duration - children.map(({ duration }) => duration).reduce((a, b) => a + b, 0);
    let name = span.name;
    for (let at: Span | undefined = span; !isComponent(name) && at; at = all.find(({ id }) => id === at?.parent)) name = at.name;
    times[isComponent(name) ? name : "other"] += self;
  }
  return times;
}

const isComponent = (name: string): name is keyof ByComponent => ["embedding", "layerNorm", "attention", "feedForward", "output"].includes(name);

export function countFlops({ width: d, layers: L, vocabulary: V }: GPTConfig, batch: number, time: number): ByComponent {
  const perToken = { attention: 2 * (4 * d * d) + 4 * time * d, feedForward: 2 * (8 * d * d), output: 2 * d * V };
  const tokens = batch * time;
  return {
    embedding: 0,
    layerNorm: 0,
    attention: L * tokens * perToken.attention,
    feedForward: L * tokens * perToken.feedForward,
    output: tokens * perToken.output,
  };
}

export const crossoverLength = ({ width }: GPTConfig): number => width + width;

export function gigaflopsPerSecond(flops: ByComponent, milliseconds: ByComponent): ByComponent {
  const entries = Object.entries(flops).map(([name, count]) => [name, count === 0 ? 0 : count / (milliseconds[name as keyof ByComponent] * 1e6)]);
  return Object.fromEntries(entries) as ByComponent;
}
