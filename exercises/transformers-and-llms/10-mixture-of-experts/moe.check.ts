import { callback, check, type Draw, exact, generateCorpus, inBand, near, ratioAtLeast, rows, type Sent, type TensorData, tensor } from "practicum/check";
import type { LayerSizes, MoEWeights, Surface, TrainingOptions } from "./surface.ts";

// Answers are float32, expected values float64. Measured: correct answers are off by 3e-7, misconceptions by 1e-2 and more.
const ROUNDING = { rtol: 1e-4, atol: 1e-4 };

check<Surface>("the router's softmax, its largest probability, and where that is", {
  points: 2,
  when: "save",
  catches: ["softmax-over-tokens", "gate-renormalised", "gate-is-the-score", "least-probable-expert"],
  hint: "A row of probabilities for each token. The gate is the chosen expert's probability among all experts.",
  ask: (impl, draw) => {
    const { x, weights } = drawLayer(draw);
    return impl.route(x, weights.router);
  },
  expect: near.value((draw) => {
    const { x, weights } = drawLayer(draw);
    const { probabilities, expert, gate } = routingOf(x, weights.router);
    return {
      probabilities: tensor(probabilities.flat(), [probabilities.length, weights.router.shape[1] as number]),
      expert: tensor(expert, [expert.length], "int32"),
      gate: tensor(gate, [gate.length]),
    };
  }, ROUNDING),
});

check<Surface>("the balance is E Σ f P", {
  points: 3,
  when: "save",
  catches: [
    "balance-over-the-wrong-axis",
    "balance-not-times-experts",
    "balance-of-probabilities-only",
    "balance-of-counts-only",
    "balance-of-numbers-of-tokens",
  ],
  hint: "f is each expert's share of the tokens, P its mean probability: both are means over the tokens, one number for each expert.",
  ask: (impl, draw) => {
    const { probabilities, expert } = drawRouting(draw);
    return impl.balanceLoss(probabilities, expert);
  },
  expect: near.value((draw) => {
    const { probabilities, expert } = drawRouting(draw);
    const table = rows(probabilities);
    const experts = probabilities.shape[1] as number;
    const terms = Array.from(
      { length: experts },
      (_, i) => mean(Array.from(expert.data, (e) => (e === i ? 1 : 0))) * mean(table.map((row) => row[i] as number)),
    );
    return tensor([experts * terms.reduce((a, b) => a + b, 0)], []);
  }, ROUNDING),
});

check<Surface>("an even load has balance 1, a single busy expert E times its share", {
  points: 1,
  when: "save",
  hidden: true,
  catches: ["balance-not-times-experts", "balance-of-numbers-of-tokens"],
  hint: "Even: f = P = 1/E. All tokens with one expert: f is 1 there, and the balance E times that expert's mean probability.",
  ask: async (impl, draw) => {
    const { probabilities, expert, experts } = drawLoads(draw);
    const zero = tensor(
      Array.from(expert.data, () => 0),
      expert.shape,
      "int32",
    );
    const balances = [await impl.balanceLoss(probabilities, expert), await impl.balanceLoss(probabilities, zero)];
    const sharp = tensor(
      Array.from(probabilities.data, (_, i) => (i % experts === 0 ? 1 : 0)),
      probabilities.shape,
    ); // all of the probability at expert 0
    return [...balances, await impl.balanceLoss(sharp, zero)].map(({ data }) => data[0]);
  },
  expect: near.value((draw) => [1, 1, drawLoads(draw).experts], ROUNDING),
});

/** Uniform probabilities, and experts one after the other. */
function drawLoads(draw: Draw): { probabilities: TensorData; expert: TensorData; experts: number } {
  const [experts, each] = [draw.integer(3, 6), draw.integer(3, 6)];
  const tokens = experts * each;
  return {
    experts,
    probabilities: tensor(new Array(tokens * experts).fill(1 / experts), [tokens, experts]),
    expert: tensor(
      Array.from({ length: tokens }, (_, t) => t % experts),
      [tokens],
      "int32",
    ),
  };
}

check<Surface>("each token gets its expert's answer, times its gate", {
  points: 4,
  when: "save",
  catches: ["gate-not-applied", "gate-before-the-expert", "all-experts-mixed", "order-not-restored", "gate-renormalised", "bias-of-the-first-expert"],
  hint: "gate · expert(x), at the token's own place in the answer. Does each expert use its own weights and biases?",
  ask: async (impl, draw) => {
    const { x, weights } = drawLayer(draw);
    return (await impl.moeLayer(x, weights)).output;
  },
  expect: near.value((draw) => {
    const { x, weights } = drawLayer(draw);
    const { expert, gate } = routingOf(x, weights.router);
    return tensor(
      rows(x).flatMap((row, t) => answerOf(row, weights, expert[t] as number).map((y) => y * (gate[t] as number))),
      x.shape,
    );
  }, ROUNDING),
});

check<Surface>("a token's answer does not depend on the other tokens", {
  points: 1,
  when: "save",
  hidden: true,
  catches: ["order-not-restored", "softmax-over-tokens"],
  hint: "Asked for all tokens but the first, in reverse: the answers must be the same, in reverse.",
  ask: async (impl, draw) => {
    const { x, weights } = drawLayer(draw);
    const [, ...others] = rows(x);
    const all = rows((await impl.moeLayer(x, weights)).output);
    const backwards = tensor([...others].reverse().flat(), [others.length, x.shape[1] as number]);
    const reversed = rows((await impl.moeLayer(backwards, weights)).output).reverse();
    return Math.max(...reversed.flatMap((row, t) => row.map((y, j) => Math.abs(y - (all[t + 1]?.[j] as number)))));
  },
  expect: near.value(0, ROUNDING),
});

check<Surface>("parameters in all, and those at work for one token", {
  points: 2,
  when: "save",
  catches: ["all-parameters-active", "router-not-counted", "biases-not-counted", "active-is-a-share-of-all"],
  hint: "Every token passes the router and one expert. An expert is two linear layers, each with a bias.",
  ask: (impl, draw) => Promise.all(drawSizes(draw).map((sizes) => impl.parameterCount(sizes))),
  expect: exact.value((draw) =>
    drawSizes(draw).map(({ width, hidden, experts }) => {
      const expert = 2 * width * hidden + hidden + width;
      return { total: width * experts + experts * expert, active: width * experts + expert };
    }),
  ),
});

const drawSizes = (draw: Draw): LayerSizes[] =>
  [1, 4, draw.integer(5, 64)].map((experts) => ({ experts, width: draw.integer(8, 1024), hidden: draw.integer(8, 4096) }));

// One token over and over. Measured: a ratio above 100; about 1 where nothing is learned.
check<Surface>("a few steps of training lower the loss", {
  points: 1,
  when: "save",
  catches: ["gradients-not-applied"],
  hint: "The optimizer has to change the weights that you return.",
  ask: async (impl, draw) => {
    const token = draw.integer(0, 3);
    const text = draw.integers([32], token, token);
    const options: TrainingOptions = { steps: 0, batch: 2, learningRate: 0.1, balance: 0.01, seed: draw.integer(1, 1e6) };
    const lossAfter = async (steps: number) => {
      const weights = await impl.train(TINY, text, { ...options, steps });
      return crossEntropy(await impl.logits(weights, draw.integers([2, 4], token, token)), draw.integers([2, 4], token, token));
    };
    return [await lossAfter(0), await lossAfter(10)];
  },
  expect: ratioAtLeast(5),
});

// One token over and over: the gradient hardly changes, and each step of Adam is as long as the learning rate. Measured: correct
// answers are off by 6%; nothing is moved without gradients.
check<Surface>("as many steps as asked for, each by the learning rate", {
  points: 1,
  when: "save",
  hidden: true,
  catches: ["gradients-not-applied"],
  hint: "`options.steps` and `options.learningRate` are the caller's choice.",
  ask: async (impl, draw) => {
    const { steps, learningRate } = drawSteps(draw);
    const token = draw.integer(0, 3);
    const options: TrainingOptions = { steps, learningRate, batch: 2, balance: 0, seed: draw.integer(1, 1e6) };
    const embeddingAfter = async (ofSteps: number) =>
      (await impl.train(TINY, draw.integers([32], token, token), { ...options, steps: ofSteps })).tokenEmbedding as TensorData;
    return furthest(await embeddingAfter(0), await embeddingAfter(steps));
  },
  expect: near.value(
    (draw) => {
      const { steps, learningRate } = drawSteps(draw);
      return steps * learningRate;
    },
    { rtol: 0.2, atol: 0 },
  ),
});

const drawSteps = (draw: Draw) => ({ steps: draw.integer(24, 32), learningRate: draw.number(1e-4, 3e-4) });

/** How far training has moved the weight that it moved most. */
const furthest = (before: TensorData, after: TensorData): number => Math.max(...after.data.map((x, i) => Math.abs(x - (before.data[i] as number))));

check<Surface>("the router learns, from the text and from the balance", {
  points: 2,
  when: "save",
  hidden: true,
  catches: ["gate-not-applied", "gate-renormalised", "balance-not-added", "balance-of-counts-only"],
  hint: "The choice of an expert has no gradient. The gate has, and so has P in the balance. Both have to reach the loss that you minimise.",
  ask: async (impl, draw) => {
    const text = draw.integers([64], 0, TINY.vocabulary - 1);
    const seed = draw.integer(1, 1e6);
    const routerAfter = async (steps: number, balance: number) => {
      const { experts } = await impl.train(TINY, text, { steps, balance, seed, batch: 4, learningRate: 0.02 });
      return (experts as { router: TensorData }).router;
    };
    const [before, withText, withBoth] = [await routerAfter(0, 0), await routerAfter(2, 0), await routerAfter(2, 10)];
    return { "from the text": maxDifference(before, withText) > 1e-3, "from the balance": maxDifference(withText, withBoth) > 1e-3 };
  },
  expect: exact.value({ "from the text": true, "from the balance": true }),
});

check<Surface>("the seed decides what training gives", {
  points: 1,
  when: "save",
  hidden: true,
  catches: ["seed-not-used"],
  hint: "Initial weights come from `random(options.seed)`, the windows of a step from `random(options.seed + step)`.",
  ask: async (impl, draw) => {
    const text = draw.integers([64], 0, TINY.vocabulary - 1);
    const seed = draw.integer(1, 1e6);
    const embeddingOf = async (ofSeed: number) =>
      (await impl.train(TINY, text, { steps: 1, batch: 2, learningRate: 0.01, balance: 0.01, seed: ofSeed })).tokenEmbedding as TensorData;
    const [first, again, other] = [await embeddingOf(seed), await embeddingOf(seed), await embeddingOf(seed + 1)];
    return { "same seed, same weights": maxDifference(first, again) < 1e-5, "another seed, other weights": maxDifference(first, other) > 1e-2 };
  },
  expect: exact.value({ "same seed, same weights": true, "another seed, other weights": true }),
});

// The weights that it goes on with are those that another seed begins with.
check<Surface>("an interrupted training goes on where it was", {
  points: 1,
  when: "save",
  hidden: true,
  catches: ["start-ignored", "start-not-awaited", "done-steps-repeated"],
  hint: "Await `onStart` before the first step: it changes the weights that it is handed, and gives how many steps are done.",
  ask: async (impl, draw, { trace }) => {
    const text = draw.integers([32], 0, TINY.vocabulary - 1);
    const options = { batch: 2, learningRate: 0.01, balance: 0.01, seed: draw.integer(1, 1e6) };
    const weights = await impl.train(TINY, text, { ...options, steps: 0, seed: options.seed + 1 });
    const resumed = { ...options, onStart: callback({ assigns: { weights }, gives: 3 }), onStep: callback({ tells: STEP }) };
    const finished = await impl.train(TINY, text, { ...resumed, steps: 3 });
    await impl.train(TINY, text, { ...resumed, steps: 5 });
    return {
      "moved with no step left": maxDifference(weights.tokenEmbedding, finished.tokenEmbedding),
      "told with two steps left": trace().flatMap(({ series, step }) => (series === STEP ? [step] : [])),
    };
  },
  expect: near.value({ "moved with no step left": 0, "told with two steps left": [4, 5] }, { rtol: 0, atol: 1e-6 }),
});

const STEP = "step told to onStep";

/**
 * What was learned of what can be learned: 0 is the loss of a uniform guess, 1 that of the source itself. The loss is computed here, from logits for text
 * that the training never saw.
 */
check<Surface>("it predicts text that it has not seen, with every expert at work", {
  points: 3,
  when: "run",
  hidden: true,
  catches: ["same-windows-every-step"],
  hint: "The loss of held-out text counts, and that no expert gets less than 5% of its tokens. Does each step see new windows, and is the balance in the loss?",
  ask: async (impl, draw) => {
    const { text, alphabet, surprise } = generateCorpus(LEARNED + HELD_OUT, { seed: draw.integer(1, 1e6), symbols: 12, order: 1, sharpness: 4 });
    const tokens = Array.from(text, (symbol) => alphabet.indexOf(symbol));
    const config = { vocabulary: alphabet.length, context: 8, width: 12, hidden: 8, experts: 4 };
    const options = { steps: 150, batch: 16, learningRate: 0.03, balance: 0.1, seed: draw.integer(1, 1e6) };
    const weights = await impl.train(config, tensor(tokens.slice(0, LEARNED), [LEARNED], "int32"), options);
    const windows = tensor(tokens.slice(LEARNED), [HELD_OUT / 9, 9], "int32");
    const inputs = tensor(
      rows(windows).flatMap((row) => row.slice(0, -1)),
      [HELD_OUT / 9, 8],
      "int32",
    );
    const targets = tensor(
      rows(windows).flatMap((row) => row.slice(1)),
      [HELD_OUT / 9, 8],
      "int32",
    );
    const loss = crossEntropy(await impl.logits(weights, inputs), targets);
    const chosen = Array.from((await impl.expertsOf(weights, inputs)).data);
    const idle = Array.from({ length: 4 }, (_, i) => mean(chosen.map((e) => (e === i ? 1 : 0)))).some((share) => share < 0.05);
    const uniform = Math.log(alphabet.length);
    return idle ? 0 : (uniform - loss) / (uniform - mean(surprise.slice(LEARNED)));
  },
  // Measured on 3 seeds: 0.95 to 0.98.
  expect: inBand(0.6, 1.05),
});

/** Symbols of the generated text. */
const LEARNED = 8192;
const HELD_OUT = 9 * 300;
const TINY = { vocabulary: 4, context: 4, width: 8, hidden: 4, experts: 3 };

interface Layer {
  /** [tokens, width] */
  readonly x: TensorData;
  readonly weights: Sent<MoEWeights>;
}

/** More tokens than experts, so that some share one. */
function drawLayer(draw: Draw): Layer {
  const [tokens, width, hidden, experts] = [draw.integer(12, 16), draw.integer(7, 9), draw.integer(5, 6), draw.integer(3, 4)];
  return {
    x: draw.normal([tokens, width]),
    weights: {
      router: draw.normal([width, experts], 0, 0.5),
      expandWeight: draw.normal([experts, width, hidden], 0, 0.5),
      expandBias: draw.normal([experts, hidden], 0, 0.5),
      contractWeight: draw.normal([experts, hidden, width], 0, 0.5),
      contractBias: draw.normal([experts, width], 0, 0.5),
    },
  };
}

/** Shares of tokens and of probability that have nothing to do with each other. */
function drawRouting(draw: Draw): { probabilities: TensorData; expert: TensorData } {
  const [tokens, experts] = [draw.integer(15, 25), draw.integer(3, 5)];
  const scores = rows(draw.normal([tokens, experts], 0, 2)).map((row) => row.map((score, i) => score + i)); // later experts are wanted more
  return { probabilities: tensor(scores.flatMap(softmax), [tokens, experts]), expert: draw.integers([tokens], 0, 2) };
}

/** In float64. */
function routingOf(x: TensorData, router: TensorData): { probabilities: number[][]; expert: number[]; gate: number[] } {
  const probabilities = rows(x).map((row) => softmax(times(row, rows(router))));
  const gate = probabilities.map((row) => Math.max(...row));
  return { probabilities, gate, expert: probabilities.map((row, t) => row.indexOf(gate[t] as number)) };
}

/** What one expert makes of one token, in float64. */
function answerOf(x: readonly number[], weights: Sent<MoEWeights>, expert: number): number[] {
  const of = ({ shape, data }: TensorData) => {
    const size = data.length / (shape[0] as number);
    return tensor(data.slice(expert * size, (expert + 1) * size), shape.slice(1));
  };
  const linear = (input: readonly number[], weight: TensorData, bias: TensorData) =>
    times(input, rows(of(weight))).map((y, j) => y + (of(bias).data[j] as number));
  return linear(linear(x, weights.expandWeight, weights.expandBias).map(gelu), weights.contractWeight, weights.contractBias);
}

const gelu = (x: number): number => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));

const times = (row: readonly number[], matrix: readonly (readonly number[])[]): number[] =>
  (matrix[0] as number[]).map((_, j) => row.reduce((sum, x, i) => sum + x * (matrix[i]?.[j] as number), 0));

function softmax(scores: readonly number[]): number[] {
  const powers = scores.map((score) => Math.exp(score - Math.max(...scores)));
  const total = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / total);
}

/** Mean -log p(target), in nats and double precision; logits: [batch, time, vocabulary], targets: [batch, time]. */
const crossEntropy = (logits: TensorData, targets: TensorData): number =>
  mean(rows(logits).map((row, i) => -Math.log(softmax(row)[targets.data[i] as number] as number)));

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

const maxDifference = (a: TensorData, b: TensorData): number => Array.from(a.data).reduce((max, x, i) => Math.max(max, Math.abs(x - (b.data[i] as number))), 0);
