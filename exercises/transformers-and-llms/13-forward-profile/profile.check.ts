import { check, type Draw, exact, near } from "practicum/check";
import { byComponent } from "./components.ts";
import type { ByComponent, Component, GPTConfig, Span, Surface } from "./surface.ts";

/** Closed forms in double precision. Measured: correct answers are off by 4e-13, misconceptions by 1 and more. */
const ROUNDING = { rtol: 1e-9, atol: 1e-9 };

check<Surface>("time goes to the innermost span, and to its component", {
  points: 3,
  when: "save",
  catches: [
    "inner-spans-counted-twice",
    "last-span-wins",
    "inner-spans-are-other",
    "time-in-seconds",
    "components-directly-within-only",
    "children-expected-first",
    "own-name-counted-twice",
  ],
  hint: "Of each span counts what is not within a span inside it. Spans come in any order.",
  ask: (impl, draw) => impl.timeByComponent(drawSpans(draw).spans),
  expect: near.value((draw) => ({ ...drawSpans(draw).times }), ROUNDING),
});

check<Surface>("FLOPs of each component", {
  points: 3,
  when: "save",
  catches: [
    "multiplications-only",
    "squares-forgotten",
    "mixture-forgotten",
    "squares-for-each-head",
    "projection-forgotten",
    "feed-forward-not-widened",
    "one-layer",
    "squares-of-one-sequence",
  ],
  hint: "A product of [m, k] and [k, n] takes 2 m k n. Which products does each component have, and how large are they?",
  ask: (impl, draw) => Promise.all(drawSizes(draw).map(({ config, batch, time }) => impl.countFlops(config, batch, time))),
  expect: exact.value((draw) => drawSizes(draw).map((size) => ({ ...flopsOf(size) }))),
});

check<Surface>("twice the length is more than twice the attention", {
  points: 1,
  when: "save",
  hidden: true,
  catches: ["squares-forgotten"],
  hint: "8 T d² + 4 T² d: the second part is four times as much.",
  ask: async (impl, draw) => {
    const [{ config, batch, time }] = drawSizes(draw) as [Size];
    const [once, twice] = [await impl.countFlops(config, batch, time), await impl.countFlops(config, batch, 2 * time)];
    return { attention: twice.attention / once.attention, feedForward: twice.feedForward / once.feedForward };
  },
  expect: near.value((draw) => {
    const [{ config, time }] = drawSizes(draw) as [Size];
    const perToken = (length: number) => 8 * config.width + 4 * length;
    return { attention: (2 * perToken(2 * time)) / perToken(time), feedForward: 2 };
  }, ROUNDING),
});

check<Surface>("where attention takes as many FLOPs as the feed-forward networks", {
  points: 1,
  when: "save",
  catches: ["crossover-without-projections"],
  hint: "Set 8 T d² + 4 T² d and 16 T d² equal.",
  ask: (impl, draw) => Promise.all(drawSizes(draw).map(({ config }) => impl.crossoverLength(config))),
  expect: near.value((draw) => drawSizes(draw).map(({ config }) => 2 * config.width), ROUNDING),
});

check<Surface>("FLOPs a second", {
  points: 1,
  when: "save",
  catches: ["rate-without-milliseconds", "nothing-by-nothing", "rates-of-three"],
  hint: "A billion FLOPs in a millisecond are a thousand billion a second. What has no FLOPs has no rate: 0.",
  ask: (impl, draw) => Promise.all(drawRates(draw).map(({ flops, milliseconds }) => impl.gigaflopsPerSecond(flops, milliseconds))),
  expect: near.value(
    (draw) =>
      drawRates(draw).map(({ flops, milliseconds }) => ({
        ...byComponent((component) => (flops[component] === 0 ? 0 : flops[component] / (milliseconds[component] / 1000) / 1e9)),
      })),
    ROUNDING,
  ),
});

interface Size {
  readonly config: GPTConfig;
  readonly batch: number;
  readonly time: number;
}

/** No width tells the number of layers or heads; every count stays below 2^53. */
const drawSizes = (draw: Draw): Size[] =>
  Array.from({ length: 3 }, () => {
    const heads = draw.integer(2, 16);
    const config = { vocabulary: draw.integer(1000, 50000), context: 2048, width: heads * draw.pick([16, 32, 64]), heads, layers: draw.integer(2, 24) };
    return { config, batch: draw.integer(2, 8), time: draw.integer(64, 1024) };
  });

const flopsOf = ({ config: { width: d, layers: L, vocabulary: V }, batch: B, time: T }: Size): ByComponent => ({
  embedding: 0,
  layerNorm: 0,
  attention: L * B * (8 * T * d * d + 4 * T * T * d),
  feedForward: 16 * L * B * T * d * d,
  output: 2 * B * T * d * V,
});

interface Rates {
  readonly flops: ByComponent;
  readonly milliseconds: ByComponent;
}

/** As in a pass of the GPT, and the other way round. */
const drawRates = (draw: Draw): Rates[] => [drawRate(draw, "embedding", ["layerNorm"]), drawRate(draw, "attention", ["feedForward", "output"])];

/** @param instant has no FLOPs and took no time: it was too fast for the clock @param idle have no FLOPs, but took time */
function drawRate(draw: Draw, instant: Component, idle: readonly Component[]): Rates {
  const drawn = (low: number, high: number, without: readonly Component[]) =>
    byComponent((component) => (without.includes(component) ? 0 : draw.number(low, high)));
  return { flops: drawn(1e6, 1e9, [instant, ...idle]), milliseconds: drawn(0.1, 20, [instant]) };
}

/**
 * Two passes, in any order: in each an embedding, two blocks with inner spans of other names in attention, one of them with a layer norm (of queries and keys),
 * an expert within the feed-forward network, and an output. What is over belongs to no component.
 */
function drawSpans(draw: Draw): { spans: Span[]; times: ByComponent & { other: number } } {
  const spans: Span[] = [];
  const times = { ...byComponent(() => 0), other: 0 };
  let clock = draw.number(1000, 2000);
  const pass = (ms: number, to: keyof typeof times) => {
    clock += ms;
    times[to] += ms;
  };
  const span = (name: string, parent: number | undefined, work: (id: number) => void) => {
    const id = spans.length + 1;
    const start = clock;
    const place = spans.push({ id, name, start, duration: 0, ...(parent !== undefined && { parent }) }) - 1;
    work(id);
    spans[place] = { ...(spans[place] as Span), duration: clock - start };
  };
  const some = () => draw.number(0.5, 4);
  for (let count = 0; count < 2; count++) {
    span("forward", undefined, (forward) => {
      pass(some(), "other");
      span("embedding", forward, () => pass(some(), "embedding"));
      for (let layer = 0; layer < 2; layer++) {
        span("block", forward, (block) => {
          span("layerNorm", block, () => pass(some(), "layerNorm"));
          span("attention", block, (attention) => {
            pass(some(), "attention");
            span("scores", attention, (scores) => {
              pass(some(), "attention");
              span("layerNorm", scores, () => pass(some(), "layerNorm"));
              span("softmax", scores, () => pass(some(), "attention"));
            });
          });
          pass(some(), "other");
          span("feedForward", block, (feedForward) => {
            span("layerNorm", feedForward, () => pass(some(), "layerNorm"));
            span("feedForward", feedForward, () => pass(some(), "feedForward"));
            pass(some(), "feedForward");
          });
        });
      }
      span("output", forward, () => pass(some(), "output"));
    });
  }
  const order = spans.map(() => draw.number(0, 1));
  return { spans: spans.sort((a, b) => (order[a.id - 1] as number) - (order[b.id - 1] as number)), times };
}
