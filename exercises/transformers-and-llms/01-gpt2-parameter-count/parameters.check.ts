import { check, type Draw, exact, near, type Remote } from "practicum/check";
import type { GPT2Config, ParameterCount, Surface } from "./surface.ts";

/** The family as OpenAI published it (github.com/openai/gpt-2, `hparams.json` of each model). */
const FAMILY: readonly GPT2Config[] = [
  { layers: 12, width: 768, heads: 12, context: 1024, vocabulary: 50257 },
  { layers: 24, width: 1024, heads: 16, context: 1024, vocabulary: 50257 },
  { layers: 36, width: 1280, heads: 20, context: 1024, vocabulary: 50257 },
  { layers: 48, width: 1600, heads: 25, context: 1024, vocabulary: 50257 },
];
/** Elements of all tensors of the published checkpoints, the tied output head once. */
const PUBLISHED = [124_439_808, 354_823_168, 774_030_080, 1_557_611_200];

/** The last is as large as GPT-3, beyond 2^31. Every count stays below 2^53, so that all are exact whatever the order of the arithmetic. */
const drawConfigs = (draw: Draw): GPT2Config[] => [...Array.from({ length: 4 }, () => drawConfig(draw, 2, 48)), drawConfig(draw, 72, 96)];

/** Layers and heads in [low, high]; they do not tell the width. */
function drawConfig(draw: Draw, low: number, high: number): GPT2Config {
  const heads = draw.integer(low, high);
  const width = heads * draw.pick([48, 64, 80]);
  return { layers: draw.integer(low, high), width, heads, context: draw.integer(100, 4096), vocabulary: draw.integer(1000, 100_000) };
}

const estimate = ({ layers: L, width: d, vocabulary: V }: GPT2Config): number => 12 * L * d * d + V * d;
const total = ({ layers: L, width: d, context: T, vocabulary: V }: GPT2Config): number => (V + T) * d + L * (12 * d * d + 13 * d) + 2 * d;

const counts = (impl: Remote<Surface>, configs: readonly GPT2Config[]): Promise<ParameterCount[]> =>
  Promise.all(configs.map((config) => impl.countParameters(config)));

check<Surface>("the estimate is 12 L d² + V d", {
  points: 2,
  when: "save",
  catches: [
    "estimate-without-embedding",
    "estimate-of-one-layer",
    "feed-forward-not-widened",
    "feed-forward-one-matrix",
    "attention-without-output",
    "untied-output-head",
  ],
  hint: "Of the 12 d², attention holds 4 and the feed-forward layer 8. What is counted once for the whole model?",
  ask: (impl, draw) => Promise.all(drawConfigs(draw).map((config) => impl.approximateParameters(config))),
  expect: exact.value((draw) => drawConfigs(draw).map(estimate)),
});

// Gaps of -90% to -5% and 5% to 100%: dividing by the other count shifts them by gap² / (1 + gap) > 0.002, rounding by about 1e-16.
check<Surface>("a gap is a signed fraction of the reported count", {
  points: 1,
  when: "save",
  catches: ["gap-of-the-count", "gap-without-sign", "gap-in-percent"],
  hint: "Above is positive, below is negative. Which of the two counts is the 100%?",
  ask: (impl, draw) => Promise.all(drawGaps(draw).map(({ counted, reported }) => impl.relativeGap(counted, reported))),
  expect: near.value((draw) => drawGaps(draw).map(({ counted, reported }) => (counted - reported) / reported), { rtol: 0, atol: 1e-9 }),
});

const drawGaps = (draw: Draw): { counted: number; reported: number }[] =>
  [draw.number(-0.9, -0.05), draw.number(0.05, 1)].map((gap) => {
    const reported = draw.integer(1e6, 1e9);
    return { counted: Math.round(reported * (1 + gap)), reported };
  });

check<Surface>("the estimate of GPT-2 small is 0.4% below the reported 124M", {
  points: 1,
  when: "save",
  catches: ["estimate-without-embedding", "estimate-of-one-layer", "gap-without-sign", "gap-in-percent"],
  hint: "GPT-2 small: 12 layers, width 768, 50257 tokens. Take `relativeGap` of your estimate and 124e6.",
  ask: async (impl) => impl.relativeGap(await impl.approximateParameters(FAMILY[0] as GPT2Config), 124e6),
  expect: near.value((123_532_032 - 124e6) / 124e6, { rtol: 0, atol: 1e-9 }),
});

/** One check per component, so that two mistakes get two diagnoses. */
const COMPONENTS: readonly {
  title: string;
  component: keyof ParameterCount;
  numbers: (config: GPT2Config) => number;
  catches: readonly string[];
  hint: string;
}[] = [
  {
    title: "token embedding",
    component: "tokenEmbedding",
    numbers: ({ width: d, vocabulary: V }) => V * d,
    catches: ["untied-output-head"],
    hint: "One row of `width` numbers for each token. The output head reuses this matrix.",
  },
  {
    title: "position embedding",
    component: "positionEmbedding",
    numbers: ({ width: d, context: T }) => T * d,
    catches: ["no-positions"],
    hint: "GPT-2 learns one row of `width` numbers for each position it can stand at.",
  },
  {
    title: "attention",
    component: "attention",
    numbers: ({ layers: L, width: d }) => L * (4 * d * d + 4 * d),
    catches: ["attention-without-output", "attention-per-head", "no-biases"],
    hint: "Four linear layers from `width` to `width`, each with a bias; the heads share them.",
  },
  {
    title: "feed-forward",
    component: "feedForward",
    numbers: ({ layers: L, width: d }) => L * (8 * d * d + 5 * d),
    catches: ["feed-forward-not-widened", "feed-forward-one-matrix", "no-biases"],
    hint: "Two linear layers with biases: to four times the width, and back.",
  },
  {
    title: "layer norms",
    component: "layerNorm",
    numbers: ({ layers: L, width: d }) => (2 * L + 1) * 2 * d,
    catches: ["no-layer-norms", "one-layer-norm-per-block", "layer-norm-without-shift", "no-final-layer-norm"],
    hint: "How many are there in a block, and how many after the last? Each has a gain and a shift.",
  },
];

for (const { title, component, numbers, catches, hint } of COMPONENTS) {
  check<Surface>(`count of the ${title}`, {
    points: 1,
    when: "save",
    hidden: true,
    catches,
    hint,
    ask: async (impl, draw) => (await counts(impl, drawConfigs(draw))).map((count) => count[component]),
    expect: exact.value((draw) => drawConfigs(draw).map(numbers)),
  });
}

check<Surface>("the totals are those of the published models", {
  points: 2,
  when: "save",
  catches: ["no-positions", "untied-output-head", "no-biases", "no-layer-norms", "no-final-layer-norm"],
  hint: "Small, medium, large and XL. The smallest is 124,439,808.",
  ask: async (impl) => (await counts(impl, FAMILY)).map((count) => count.total),
  expect: exact.value(PUBLISHED),
});

check<Surface>("the total of any configuration", {
  points: 2,
  when: "save",
  hidden: true,
  catches: ["no-positions", "untied-output-head", "no-biases", "no-layer-norms", "attention-per-head"],
  hint: "Configurations are drawn anew for each grade. All but one of the five numbers take part in the total.",
  ask: async (impl, draw) => (await counts(impl, drawConfigs(draw))).map((count) => count.total),
  expect: exact.value((draw) => drawConfigs(draw).map(total)),
});

check<Surface>("the number of heads changes nothing", {
  points: 1,
  when: "save",
  hidden: true,
  catches: ["attention-per-head"],
  hint: "Twice the heads are half as wide each.",
  ask: async (impl, draw) => {
    const [config] = drawConfigs(draw) as [GPT2Config];
    const [many, one] = (await counts(impl, [config, { ...config, heads: 1 }])) as [ParameterCount, ParameterCount];
    return many.total - one.total;
  },
  expect: exact.value(0),
});
