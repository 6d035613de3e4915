import { callback, check, type Draw, exact, LongTailSource, logSlopeInBand, near, type Remote, rows, type TensorData, tensor } from "practicum/check";
import type { BatchLoss, GPTConfig, Measurement, Model, PowerLaw, Surface } from "./surface.ts";

/** Closed forms in double precision. Measured: correct answers are off by 1e-15, misconceptions by 0.9 and more. */
const ROUNDING = { rtol: 1e-8, atol: 1e-10 };

check<Surface>("N is 12 L d²", {
  points: 1,
  when: "save",
  catches: ["embeddings-counted", "feed-forward-not-widened", "attention-only"],
  hint: "Four matrices of d × d in attention, and two of d × 4d. Embeddings, biases and norms do not count.",
  ask: (impl, draw) => Promise.all(drawConfigs(draw).map((config) => impl.blockParameters(config))),
  expect: exact.value((draw) => drawConfigs(draw).map(({ layers: L, width: d }) => 12 * L * d * d)),
});

check<Surface>("the held-out loss is a mean over tokens, in nats", {
  points: 2,
  when: "save",
  catches: ["mean-of-batches", "mean-of-exponentials", "loss-in-bits"],
  hint: "The last batch of a text is mostly a small one. Perplexity is the exponential of the mean, taken once, at the end.",
  ask: (impl, draw) => impl.meanLoss(drawBatches(draw)),
  expect: near.value((draw) => {
    const batches = drawBatches(draw);
    return sum(batches.map(({ loss, tokens }) => loss * tokens)) / sum(batches.map(({ tokens }) => tokens));
  }, ROUNDING),
});

check<Surface>("one batch is its own mean", {
  points: 1,
  when: "save",
  hidden: true,
  catches: ["loss-in-bits"],
  hint: "In which unit do the losses of the batches come?",
  ask: (impl, draw) => impl.meanLoss(drawBatches(draw).slice(0, 1)),
  expect: near.value((draw) => (drawBatches(draw)[0] as BatchLoss).loss, ROUNDING),
});

check<Surface>("the law of a curve without noise", {
  points: 3,
  when: "save",
  catches: ["floor-ignored", "loss-not-logarithmic", "fit-in-linear-space", "log2-with-exp", "scale-without-root", "exponent-is-slope"],
  hint: "ln(L - floor) = alpha ln N_c - alpha ln N: what is the slope of this line, and what its intercept?",
  ask: (impl, draw) => Promise.all([0, 0, 0].map(() => drawCurve(draw, 0)).map(({ measurements, floor }) => impl.fitPowerLaw(measurements, floor))),
  expect: near.value((draw) => [0, 0, 0].map(() => ({ ...drawCurve(draw, 0).law })), { rtol: 1e-6, atol: 1e-9 }),
});

check<Surface>("least squares through all measurements, in any order", {
  points: 2,
  when: "save",
  hidden: true,
  catches: ["first-and-last-point", "size-fitted-over-loss", "loss-not-logarithmic"],
  hint: "Every measurement takes part. What is minimised are the squares of the distances in ln(L - floor).",
  ask: (impl, draw) => {
    const { measurements, floor } = drawCurve(draw, 0.1);
    return impl.fitPowerLaw(measurements, floor);
  },
  // Measured: correct answers are off by 2e-8, of a scale of ten thousand and more.
  expect: near.value(
    (draw) => {
      const { measurements, floor } = drawCurve(draw, 0.1);
      return { ...leastSquares(measurements, floor) };
    },
    { rtol: 1e-6, atol: 1e-9 },
  ),
});

/** With 24 sizes over four decades and 3% of noise the exponent has a standard error of 0.002: the interval is 6 times that to either side. */
check<Surface>("the exponent of a noisy curve, to ± 0.015", {
  points: 2,
  when: "save",
  hidden: true,
  catches: ["floor-ignored", "fit-in-linear-space", "exponent-is-slope"],
  hint: "The curve has a floor that no model goes below: what is left of it when the floor is taken off?",
  ask: async (impl, draw) => {
    const { measurements, floor } = drawCurve(draw, 0.03);
    return (await impl.fitPowerLaw(measurements, floor)).exponent;
  },
  expect: near.value((draw) => drawCurve(draw, 0.03).law.exponent, { rtol: 0, atol: 0.015 }),
});

check<Surface>("what the law expects of another size", {
  points: 1,
  when: "save",
  catches: ["prediction-without-floor", "prediction-upside-down"],
  hint: "The reducible loss is (N_c / N)^alpha. What comes on top?",
  ask: (impl, draw) => {
    const { law, floor, measurements } = drawCurve(draw, 0);
    return Promise.all(measurements.map(({ parameters }) => impl.predictLoss(law, floor, 10 * parameters)));
  },
  expect: near.value((draw) => {
    const { law, floor, measurements } = drawCurve(draw, 0);
    return measurements.map(({ parameters }) => floor + (law.scale / (10 * parameters)) ** law.exponent);
  }, ROUNDING),
});

/** Adam makes much of the sign of small gradients. Measured over 5 seeds: correct answers are equal, misconceptions are off by 0.5 and more. */
const SAME_STEPS = { rtol: 1e-2, atol: 1e-2 };

check<Surface>("three steps of training give the model that they should", {
  points: 2,
  when: "save",
  catches: ["same-windows-every-step", "gradients-not-applied", "learning-rate-constant", "seed-not-used"],
  hint: "In each step: `schedule` first, then the windows of this step, then one step of the optimizer. The seed decides the weights.",
  ask: async (impl, draw) => {
    const config = { vocabulary: 6, context: 4, width: 8, heads: 2, layers: 1 };
    const text = { source: draw.integer(1, 1e6), batch: 2 };
    const model = await impl.train(config, text, { steps: 3, learningRate: 0.05, seed: draw.integer(2, 1e6) });
    return model.logits(draw.integers([2, 4], 0, 5));
  },
  expect: near.reference(SAME_STEPS),
});

// The weights that it goes on with are those that another seed begins with.
check<Surface>("an interrupted training goes on where it was", {
  points: 1,
  when: "save",
  hidden: true,
  catches: ["start-ignored", "start-not-awaited", "done-steps-repeated"],
  hint: "Await `onStart` before the first step: it changes the weights of the model that it is handed, and gives how many steps are done.",
  ask: async (impl, draw, { trace }) => {
    const config = { vocabulary: 6, context: 4, width: 8, heads: 2, layers: 1 };
    const [text, options] = [
      { source: draw.integer(1, 1e6), batch: 2 },
      { learningRate: 0.05, seed: draw.integer(2, 1e6) },
    ];
    const weights = await (await impl.train(config, text, { ...options, steps: 0, seed: options.seed + 1 })).weights();
    const resumed = { ...options, onStart: callback({ assigns: { model: { "weights()": weights } }, gives: 3 }), onStep: callback({ tells: STEP }) };
    const finished = await (await impl.train(config, text, { ...resumed, steps: 3 })).weights();
    await impl.train(config, text, { ...resumed, steps: 5 });
    return {
      "moved with no step left": Math.max(...Object.keys(weights).map((name) => maxDifference(weights[name] as TensorData, finished[name] as TensorData))),
      "told with two steps left": trace().flatMap(({ series, step }) => (series === STEP ? [step] : [])),
    };
  },
  expect: near.value({ "moved with no step left": 0, "told with two steps left": [4, 5] }, { rtol: 0, atol: 1e-6 }),
});

const STEP = "step told to onStep";

const maxDifference = (a: TensorData, b: TensorData): number => Math.max(...Array.from(a.data, (x, i) => Math.abs(x - (b.data[i] as number))));

/**
 * Three sizes, trained by the attempt; their held-out loss is computed here, from logits for text of the same source that no step has shown, less what the
 * tokens cost the source itself. Then the attempt fits its own points.
 */
check<Surface>("larger models of your training are better, by a power law that your fit finds", {
  points: 4,
  when: "run",
  hidden: true,
  catches: ["same-windows-every-step", "gradients-not-applied"],
  hint: "Each step sees new text. A model that has learned its windows by heart does not get better with size.",
  ask: async (impl, draw) => {
    const { points, floor } = await measure(impl, draw);
    const law = await impl.fitPowerLaw(points, floor);
    const own = leastSquares(points, floor);
    const off = Math.abs(law.exponent - own.exponent) + Math.abs(Math.log(law.scale / own.scale));
    return points.map(({ parameters, loss }) => [parameters, (loss - floor) * (off < 1e-6 ? 1 : Number.NaN)]);
  },
  // Measured over 35 seeds, reference: -0.19 to -0.48. Nothing learned: 0.00 to 0.03. The same windows at every step: 0.29 and more.
  expect: logSlopeInBand(-1, -0.1),
});

/** Sizes of which the largest has 36 times the N of the smallest. */
const SIZES = [
  { layers: 1, width: 4, heads: 1 },
  { layers: 1, width: 10, heads: 1 },
  { layers: 1, width: 24, heads: 2 },
];

async function measure(impl: Remote<Surface>, draw: Draw): Promise<{ points: Measurement[]; floor: number }> {
  const [source, seed] = [draw.integer(1, 1e6), draw.integer(2, 1e6)];
  const base = { vocabulary: 16, context: 8 };
  const heldOut = new LongTailSource({ seed: source, vocabulary: base.vocabulary }).windows(256, base.context + 1, -draw.integer(1e3, 1e6));
  const windows = tensor(heldOut.tokens, [256, base.context + 1], "int32");
  const floor = mean(asked(heldOut.surprise, base.context + 1));
  const points: Measurement[] = [];
  for (const size of SIZES) {
    const config = { ...base, ...size };
    const model = await impl.train(config, { source, batch: 32 }, { steps: 200, learningRate: 0.08 / Math.sqrt(size.width), seed });
    points.push({ parameters: await impl.blockParameters(config), loss: await lossOf(model, windows) });
  }
  return { points, floor };
}

/** A window's first token is given, not asked for. */
const asked = (ofTokens: ArrayLike<number>, length: number): number[] => Array.from(ofTokens).filter((_, place) => place % length > 0);

/** Mean -log p of every token but a window's first, in nats and double precision. */
async function lossOf(model: Remote<Model>, { data, shape }: TensorData): Promise<number> {
  const [count, length] = shape as [number, number];
  const inputs = Array.from(data).filter((_, place) => place % length < length - 1);
  const targets = asked(data, length);
  const logits = rows(await model.logits(tensor(inputs, [count, length - 1], "int32")));
  return mean(logits.map((row, i) => Math.log(sum(row.map(Math.exp))) - (row[targets[i] as number] as number)));
}

/** No width tells the number of layers; the vocabulary is large enough to show. */
const drawConfigs = (draw: Draw): GPTConfig[] =>
  Array.from({ length: 4 }, () => {
    const heads = draw.integer(2, 16);
    return { layers: draw.integer(2, 24), width: heads * draw.pick([16, 32, 64]), heads, context: 128, vocabulary: draw.integer(1000, 50000) };
  });

/** The last is a small one, with a loss of its own. */
const drawBatches = (draw: Draw): BatchLoss[] => [
  ...Array.from({ length: 3 }, () => ({ loss: draw.number(1, 5), tokens: draw.integer(500, 600) })),
  { loss: draw.number(6, 8), tokens: draw.integer(10, 100) },
];

interface Curve {
  readonly law: PowerLaw;
  readonly floor: number;
  readonly measurements: Measurement[];
}

/** 24 sizes from 10^5 to 10^9, not in order. @param noise standard deviation of ln(L - floor) */
function drawCurve(draw: Draw, noise: number): Curve {
  const [exponent, scale, floor] = [draw.number(0.1, 0.5), 10 ** draw.number(4, 7), draw.number(0.5, 2)];
  const measurements = Array.from({ length: 24 }, (_, i) => {
    const parameters = Math.round(10 ** (5 + (4 * ((7 * i) % 24)) / 23)); // 7 and 24 have no common factor: every size once
    return { parameters, loss: floor + (scale / parameters) ** exponent * Math.exp(noise * (draw.normal([1]).data[0] as number)) };
  });
  return { law: { exponent, scale }, floor, measurements };
}

/** By Gauss's formula, in double precision. */
function leastSquares(measurements: readonly Measurement[], floor: number): PowerLaw {
  const [x, y] = [measurements.map(({ parameters }) => Math.log(parameters)), measurements.map(({ loss }) => Math.log(loss - floor))];
  const [meanX, meanY] = [mean(x), mean(y)];
  const exponent = -sum(x.map((xi, i) => (xi - meanX) * ((y[i] as number) - meanY))) / sum(x.map((xi) => (xi - meanX) ** 2));
  return { exponent, scale: Math.exp(meanX + meanY / exponent) };
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;
