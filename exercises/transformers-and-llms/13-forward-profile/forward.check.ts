import { type AskTools, check, type Draw, each, exact, inBand, near, type Remote, type Sent, type Span, type TensorData, tensor } from "practicum/check";
import { byComponent, COMPONENTS } from "./components.ts";
import type { ByComponent, GPTConfig, GPTWeights, Surface } from "./surface.ts";

check<Surface>("profiling does not change the logits", {
  points: 2,
  when: "save",
  catches: ["residual-forgotten", "two-blocks"],
  hint: "Embeddings, blocks, last layer norm, output. What each half of a block computes is added to the stream. There may be any number of blocks.",
  ask: (impl, draw) => {
    const { weights, config, tokens } = drawModel(draw, 2);
    const idle = { ...weights, blocks: weights.blocks.flatMap((block) => [idling(block), block]) };
    return impl.forward(idle, { ...config, layers: idle.blocks.length }, tokens);
  },
  // The graph has two blocks, and reads all but the last token of its windows. Measured over 4 seeds: correct answers are off by 4e-6, misconceptions by 2 and more.
  expect: near.oracle(
    async (onnx, draw) => {
      const { weights, config, tokens } = drawModel(draw, 2);
      const windows = tensor(
        rowsOf(tokens).flatMap((row) => [...row, 0]),
        [2, (tokens.shape[1] as number) + 1],
        "int32",
      );
      return (await onnx("gpt.onnx", { windows, heads: tensor([config.heads], [1], "int32"), ...named(weights) })).logits as TensorData;
    },
    { rtol: 1e-4, atol: 1e-4 },
  ),
});

/** Adds nothing to the stream: with it, a model has the logits that it has without it. */
function idling(block: Block): Block {
  const zero = (x: TensorData) =>
    tensor(
      x.data.map(() => 0),
      x.shape,
    );
  const silent = ({ weight, bias }: Block["projection"]) => ({ weight: zero(weight), bias: zero(bias) });
  return { ...block, projection: silent(block.projection), contract: silent(block.contract) };
}

type Block = Sent<GPTWeights>["blocks"][number];

check<Surface>("every part has a span of its own, all within one", {
  points: 3,
  when: "save",
  catches: ["norm-inside-attention", "final-norm-inside-output", "feed-forward-inside-attention", "no-outer-span", "two-blocks"],
  hint: "In the order of computation: embedding; for each block layerNorm, attention, layerNorm, feedForward; layerNorm; output. None of them is within another.",
  ask: async (impl, draw, { spans }) => {
    const { weights, config, tokens } = drawModel(draw, 3);
    await impl.forward(weights, config, tokens);
    return structureOf(spans());
  },
  expect: exact.value((draw) => {
    const { config } = drawModel(draw, 3);
    const block = ["layerNorm", "attention", "layerNorm", "feedForward"];
    const parts = ["embedding", ...Array.from({ length: config.layers }, () => block).flat(), "layerNorm", "output"];
    return parts.map((part) => `${part} in forward`);
  }),
});

/** Components in order of beginning, each with what it is in: another component, or "forward". */
function structureOf(spans: readonly Span[]): string[] {
  const inOrder = [...spans].sort((a, b) => a.id - b.id);
  const parts = inOrder.filter(({ name }) => COMPONENTS.some((component) => component === name));
  return parts.map((part) => {
    const within = around(part, spans).find(({ name }) => [...COMPONENTS, "forward"].includes(name));
    return `${part.name} in ${within?.name ?? "nothing"}`;
  });
}

/** The spans that a span is in, from the inside. */
function around(span: Span, spans: readonly Span[]): Span[] {
  const outer = spans.find(({ id }) => id === span.parent);
  return outer ? [outer, ...around(outer, spans)] : [];
}

// By the tensors that are made, not by the time: how busy the machine is decides nothing. Like all that spans say it is the word of the attempt; that the logits of
// these passes are right is not: whoever looks at spans has them judged.
check<Surface>("the computation happens within the spans", {
  points: 2,
  when: "save",
  catches: ["computed-before-the-span", "norms-before-the-span", "ends-before-the-span", "residual-outside-the-spans"],
  hint: "`trace.span` measures the function that it is given: compute in there, not before and not after.",
  ask: async (impl, draw, { spans }) => {
    const { weights, config, tokens } = drawModel(draw, draw.integer(3, 4));
    await impl.forward(weights, config, tokens);
    const [batch, time] = tokens.shape as [number, number];
    const stream = 4 * batch * time * config.width; // bytes of [batch, time, width] in float32
    const bytesOf = (name: string) =>
      spans()
        .filter((span) => span.name === name)
        .map(({ bytes }) => bytes / stream);
    const least = leastOf(config);
    const between = sum(bytesOf("forward")) - sum(COMPONENTS.flatMap(bytesOf));
    return {
      ...byComponent((component) => (Math.min(...bytesOf(component)) >= least[component] ? "within its spans" : "outside of its spans")),
      "between the parts": between < config.layers ? "nothing" : "what belongs to them",
    };
  },
  expect: exact.value({ ...byComponent(() => "within its spans"), "between the parts": "nothing" }),
});

/** How many tensors as large as the stream each part makes at least, by the results of its products and of what it adds them to. */
const leastOf = ({ vocabulary, width }: GPTConfig): ByComponent => ({
  embedding: 1,
  layerNorm: 1,
  attention: 3 + 1 + 1, // queries, keys and values; mixture; projection
  feedForward: 4 + 1,
  output: vocabulary / width,
});

// On the backend that grades are computed on there is nothing to wait for: that a span waits is told by the span "finished", which ends before it.
check<Surface>("each part waits until it is computed", {
  points: 1,
  when: "save",
  hidden: true,
  catches: ["not-finished"],
  hint: "The work of a span gives `finished(x)` back, a promise: the span ends when that does. On a GPU it would else measure how long telling takes.",
  ask: async (impl, draw, { spans }) => {
    const { weights, config, tokens } = drawModel(draw, 2);
    await impl.forward(weights, config, tokens);
    const ended = spans(); // in order of ending
    const waits = (part: Span, place: number) => ended.slice(0, place).some((span) => span.name === "finished" && around(span, ended).includes(part));
    return byComponent((component) => ended.every((span, place) => span.name !== component || waits(span, place)));
  },
  expect: exact.value(byComponent(() => true)),
});

check<Surface>("the parts of your own forward pass add up to the whole", {
  points: 2,
  when: "save",
  hidden: true,
  catches: ["inner-spans-counted-twice", "time-in-seconds"],
  hint: "All times together, other included, are the duration of the outermost span.",
  ask: async (impl, draw, { measure, spans }) => {
    const { weights, config, tokens } = drawModel(draw, 2);
    const { elapsedMs } = await measure(() => impl.forward(weights, config, tokens));
    const whole = spans().find(({ name }) => name === "forward")?.duration ?? Number.NaN;
    const parts = sum(Object.values(await impl.timeByComponent([...spans()])));
    return { "the parts, by the whole": parts / whole, "the whole, by the grader's clock": whole / elapsedMs };
  },
  expect: each({ "the parts, by the whole": inBand(0.999, 1.001), "the whole, by the grader's clock": inBand(-Infinity, 1.2) }),
});

/**
 * By the spans that the attempt records while the grader asks it, on fresh inputs; the middle one of three passes. All of them together are held against the
 * time that the pass takes: no longer than the grader waits, no shorter than a quarter of the processor time that the system tells. How it is shared out among them is the
 * attempt's word. Measured with many times as much work as the machine has cores: 0.90 to 0.94 at 512 tokens, at most 0.61 at 16.
 */
check<Surface>("the longer the sequence, the larger is attention's share of the time", {
  points: 3,
  when: "run",
  hidden: true,
  catches: ["computed-before-the-span"],
  hint: "Attention's squares must be computed within its span.",
  ask: async (impl, draw, tools) => {
    const [short, long] = [await profile(impl, draw, tools, 16), await profile(impl, draw, tools, 512)];
    const [shortShare, longShare] = [short, long].map((passes) => median(passes.map(({ own, whole }) => selfTimes(own).attention / whole))) as [number, number];
    return {
      "at 512 tokens, 40% and more": longShare >= 0.4,
      "1.1 times its share at 16 tokens": longShare >= 1.1 * shortShare,
      "spans as long as the pass": long.every(({ whole, elapsedMs, ms }) => whole <= elapsedMs && whole >= ms / 4),
    };
  },
  expect: exact.value({ "at 512 tokens, 40% and more": true, "1.1 times its share at 16 tokens": true, "spans as long as the pass": true }),
});

/** Of each component what is not within another span of a component. */
const selfTimes = (spans: readonly Span[]): ByComponent =>
  byComponent((component) => {
    const own = spans.filter(({ name }) => name === component);
    const inside = spans.filter((span) => COMPONENTS.some((other) => other === span.name) && around(span, spans).some((outer) => own.includes(outer)));
    return sum(own.map(({ duration }) => duration)) - sum(inside.map(({ duration }) => duration));
  });

/** A forward pass: its spans, how long they say that it took, how long the grader waited, and its processor time by the system; in ms. */
interface Pass {
  readonly own: readonly Span[];
  readonly whole: number;
  readonly elapsedMs: number;
  readonly ms: number;
}

/** Three passes on fresh inputs. */
async function profile(impl: Remote<Surface>, draw: Draw, { measure, spans }: AskTools<Surface>, time: number): Promise<Pass[]> {
  const passes: Pass[] = [];
  for (let pass = 0; pass < 3; pass++) {
    const { weights, config, tokens } = largeModel(draw, time);
    const before = spans().length;
    const { elapsedMs, ms } = await measure(() => impl.forward(weights, config, tokens));
    const own = spans().slice(before);
    passes.push({ own, whole: own.find(({ name }) => name === "forward")?.duration ?? Number.NaN, elapsedMs, ms });
  }
  return passes;
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;

interface Model {
  readonly weights: Sent<GPTWeights>;
  readonly config: GPTConfig;
  /** int32 [batch, time] */
  readonly tokens: TensorData;
}

/** Gains are not 1 and biases not 0, so that none can be forgotten. */
function drawModel(draw: Draw, layers: number): Model {
  const heads = draw.integer(2, 4);
  const config = { vocabulary: draw.integer(7, 13), context: 9, width: heads * draw.pick([4, 6, 8]), heads, layers };
  return { config, weights: drawWeights(draw, config), tokens: draw.integers([2, draw.integer(4, 8)], 0, config.vocabulary - 1) };
}

/** Large enough that computing is what takes time. */
function largeModel(draw: Draw, time: number): Model {
  const config = { vocabulary: 64, context: time, width: 32, heads: 4, layers: 2 };
  return { config, weights: drawWeights(draw, config), tokens: draw.integers([1, time], 0, config.vocabulary - 1) };
}

function drawWeights(draw: Draw, { vocabulary, context, width, layers }: GPTConfig): Sent<GPTWeights> {
  const norm = () => ({ gain: draw.normal([width], 1, 0.3), bias: draw.normal([width], 0, 0.3) });
  const linear = (from: number, to: number) => ({ weight: draw.normal([from, to], 0, 1 / Math.sqrt(from)), bias: draw.normal([to], 0, 0.3) });
  const block = () => ({
    attentionNorm: norm(),
    queryKeyValue: linear(width, 3 * width),
    projection: linear(width, width),
    feedForwardNorm: norm(),
    expand: linear(width, 4 * width),
    contract: linear(4 * width, width),
  });
  return {
    tokenEmbedding: draw.normal([vocabulary, width], 0, 0.5),
    positionEmbedding: draw.normal([context, width], 0, 0.5),
    blocks: Array.from({ length: layers }, block),
    finalNorm: norm(),
  };
}

/** Tensors of a record by path, as the graph names them: `blocks.0.expand.weight`. */
function named(record: object, prefix = ""): Record<string, TensorData> {
  return Object.assign({}, ...Object.entries(record).map(([key, value]) => ("dtype" in value ? { [prefix + key]: value } : named(value, `${prefix}${key}.`))));
}

function rowsOf({ data, shape }: TensorData): number[][] {
  const width = shape[1] as number;
  return Array.from({ length: shape[0] as number }, (_, i) => Array.from(data.subarray(i * width, (i + 1) * width)));
}
