import { check, type Draw, exact, inBand, near, type Remote, ratioAtLeast, rows, type Sent, type TensorData, tensor } from "practicum/check";
import type { DPOOptions, PolicyWeights, Preferences, Surface } from "./surface.ts";

// Answers are float32, expected values float64. Measured: correct answers are off by 2e-6 (and by 1e-7 of losses in the thousands), misconceptions by 1e-2 and more.
const ROUNDING = { rtol: 1e-4, atol: 1e-4 };

check<Surface>("the log-probability of a response is a sum over its tokens", {
  points: 2,
  when: "save",
  catches: ["tokens-not-shifted", "prompt-counted", "mean-over-length", "scores-not-normalised"],
  hint: "The logits at place t are about token t + 1. Which tokens count, the mask says.",
  ask: (impl, draw) => {
    const { logits, tokens, mask } = drawSequences(draw);
    return impl.sequenceLogProbability(logits, tokens, mask);
  },
  expect: near.value((draw) => {
    const { logits, tokens, mask } = drawSequences(draw);
    return tensor(logProbabilitiesOf(logits, tokens, mask), [tokens.shape[0] as number]);
  }, ROUNDING),
});

/** Prompts of 1 to 3 tokens, then responses of different lengths, then padding. */
function drawSequences(draw: Draw): { logits: TensorData; tokens: TensorData; mask: TensorData } {
  const [batch, time, vocabulary] = [draw.integer(4, 6), draw.integer(8, 10), draw.integer(5, 7)];
  const prompt = draw.integer(1, 3);
  const lengths = Array.from({ length: batch }, () => draw.integer(2, time - prompt - 1));
  const mask = lengths.flatMap((length) => Array.from({ length: time }, (_, t) => (t >= prompt && t < prompt + length ? 1 : 0)));
  return {
    logits: draw.normal([batch, time, vocabulary], 0.5, 2),
    tokens: draw.integers([batch, time], 0, vocabulary - 1),
    mask: tensor(mask, [batch, time]),
  };
}

check<Surface>("the implicit reward is β times the log-ratio to the reference", {
  points: 1,
  when: "save",
  catches: ["no-reference", "beta-forgotten", "beta-divides", "beta-of-policy-only", "ratio-upside-down"],
  hint: "ln(p / q) is ln p - ln q.",
  ask: (impl, draw) => {
    const { policyChosen, referenceChosen, beta } = drawPairs(draw);
    return impl.implicitReward(policyChosen, referenceChosen, beta);
  },
  expect: near.value((draw) => {
    const { policyChosen, referenceChosen, beta } = drawPairs(draw);
    return tensor(rewardsOf(policyChosen, referenceChosen, beta), [policyChosen.data.length]);
  }, ROUNDING),
});

interface Pairs {
  readonly policyChosen: TensorData;
  readonly policyRejected: TensorData;
  readonly referenceChosen: TensorData;
  readonly referenceRejected: TensorData;
  readonly beta: number;
}

/** @param far how far the policy has moved from the reference, in nats */
function drawPairs(draw: Draw, far = 4): Pairs {
  const shape = [draw.integer(5, 9)];
  const [referenceChosen, referenceRejected] = [draw.uniform(shape, -30, -5), draw.uniform(shape, -30, -5)];
  const moved = ({ data }: TensorData) =>
    tensor(
      Array.from(data, (x) => x + draw.number(-far, far)),
      shape,
    );
  return { referenceChosen, referenceRejected, policyChosen: moved(referenceChosen), policyRejected: moved(referenceRejected), beta: draw.number(0.1, 0.5) };
}

const lossBy = (impl: Remote<Surface>, { policyChosen, policyRejected, referenceChosen, referenceRejected, beta }: Pairs): Promise<TensorData> =>
  impl.dpoLoss(policyChosen, policyRejected, referenceChosen, referenceRejected, beta);

check<Surface>("the loss is the mean of -ln σ(chosen reward - rejected reward)", {
  points: 3,
  when: "save",
  catches: ["no-reference", "beta-forgotten", "beta-divides", "sign-flipped", "sigmoid-without-log", "loss-in-bits", "loss-summed", "loss-of-the-mean"],
  hint: "Which of the two is to have the larger reward, and what is the loss when it has?",
  ask: (impl, draw) => lossBy(impl, drawPairs(draw)),
  expect: near.value((draw) => tensor([lossOf(drawPairs(draw))], []), ROUNDING),
});

check<Surface>("a policy that has not moved from its reference loses ln 2", {
  points: 1,
  when: "save",
  hidden: true,
  catches: ["no-reference", "beta-of-policy-only", "sigmoid-without-log", "loss-in-bits", "loss-summed"],
  hint: "Where policy and reference agree, all rewards are 0 and the judge's choice is a toss of a coin to the model.",
  ask: (impl, draw) => lossBy(impl, drawPairs(draw, 0)),
  expect: near.value(tensor([Math.LN2], []), ROUNDING),
});

check<Surface>("the loss stays finite however wrong the policy is", {
  points: 1,
  when: "save",
  hidden: true,
  catches: ["log-of-sigmoid", "sigmoid-without-log"],
  hint: "σ(-200) is 0 in float32, and its logarithm is not finite. -ln σ(m) = ln(1 + e^-m) can be computed without it.",
  ask: (impl, draw) => lossBy(impl, drawPairs(draw, 10_000)),
  expect: near.value((draw) => tensor([lossOf(drawPairs(draw, 10_000))], []), ROUNDING),
});

check<Surface>("training starts from the reference", {
  points: 1,
  when: "save",
  catches: ["starts-from-noise"],
  hint: "With `steps` 0 the answer is a copy of the reference.",
  ask: (impl, draw) => {
    const { reference, preferences } = drawTask(draw, 8);
    return impl.trainDPO(reference, preferences, optionsFrom(draw, { steps: 0 }));
  },
  expect: near.value((draw) => ({ ...drawTask(draw, 8).reference }), ROUNDING),
});

// Ten times the same two pairs. The grader computes the loss, from the weights. Measured: a ratio above 10, mostly above 500; 1 or less where nothing is learned.
check<Surface>("a few steps lower the loss of the pairs that they see", {
  points: 1,
  when: "save",
  catches: ["gradients-not-applied", "sign-flipped", "ratio-upside-down"],
  hint: "The optimizer has to change the weights that you return, towards a larger reward of the chosen response.",
  ask: async (impl, draw) => {
    const { reference, preferences } = drawTask(draw, 2);
    const options = optionsFrom(draw, { steps: 10, batch: 4, learningRate: 0.1 });
    const policy = await impl.trainDPO(reference, preferences, options);
    return [Math.LN2, lossOf(pairsFor(policy, reference, preferences, options.beta))];
  },
  expect: ratioAtLeast(4),
});

// The same pair over and over: the gradient hardly changes, and each step of Adam is as long as the learning rate. Measured: correct answers are off by up to
// 16% (|x| has no gradient at 0, where the margin begins); nothing is moved without gradients.
check<Surface>("as many steps as asked for, each by the learning rate", {
  points: 1,
  when: "save",
  hidden: true,
  catches: ["gradients-not-applied"],
  hint: "`options.steps` and `options.learningRate` are the caller's choice.",
  ask: async (impl, draw) => {
    const { steps, learningRate } = drawSteps(draw);
    const { reference, preferences } = drawTask(draw, 1);
    const policy = await impl.trainDPO(reference, preferences, optionsFrom(draw, { steps, learningRate, batch: 2 }));
    const [before, after] = [reference.outputBias as TensorData, policy.outputBias as TensorData];
    return Math.max(...after.data.map((x, i) => Math.abs(x - (before.data[i] as number))));
  },
  expect: near.value(
    (draw) => {
      const { steps, learningRate } = drawSteps(draw);
      return steps * learningRate;
    },
    { rtol: 0.4, atol: 0 },
  ),
});

const drawSteps = (draw: Draw) => ({ steps: draw.integer(40, 48), learningRate: draw.number(1e-4, 3e-4) });

check<Surface>("the seed decides what training gives", {
  points: 1,
  when: "save",
  hidden: true,
  catches: ["seed-not-used"],
  hint: "Which pairs a step sees comes from `random(options.seed + step)`.",
  ask: async (impl, draw) => {
    const { reference, preferences } = drawTask(draw, 32);
    const options = optionsFrom(draw, { steps: 2, batch: 2, learningRate: 0.05 });
    const [first, again, other] = await Promise.all(
      [0, 0, 1].map(async (more) => (await impl.trainDPO(reference, preferences, { ...options, seed: options.seed + more })).outputWeight),
    );
    const same = (a: TensorData, b: TensorData) => a.data.every((x, i) => Math.abs(x - (b.data[i] as number)) < 1e-5);
    return {
      "same seed, same weights": same(first as TensorData, again as TensorData),
      "another seed, other weights": !same(first as TensorData, other as TensorData),
    };
  },
  expect: exact.value({ "same seed, same weights": true, "another seed, other weights": true }),
});

/**
 * What was learned of what can be learned about a judge who is not always of one mind: 0 is the loss of a coin, 1 that of the judge's own probabilities. The
 * loss is computed here, from the weights, for pairs that the training never saw.
 */
check<Surface>("it predicts what the judge prefers among responses it has not seen", {
  points: 3,
  when: "run",
  hidden: true,
  catches: ["reference-moves", "same-pairs-every-step"],
  hint: "The rewards of held-out pairs count: they are log-ratios to the reference that you were given. Does each step see new pairs, and does the reference stay?",
  ask: async (impl, draw) => {
    const { reference, preferences, heldOut, probabilities } = drawTask(draw, 4096, 1024);
    const options = optionsFrom(draw, { steps: 150, batch: 64, learningRate: 0.02 });
    const policy = await impl.trainDPO(reference, preferences, options);
    const ofJudge = mean(probabilities.map((p) => -Math.log(p)));
    return (Math.LN2 - lossOf(pairsFor(policy, reference, heldOut, options.beta))) / (Math.LN2 - ofJudge);
  },
  // Measured on 3 seeds, reference and variants: 0.69 to 0.79. A moving reference or the same pairs at every step: below -2.
  expect: inBand(0.4, 1.02),
});

const optionsFrom = (draw: Draw, options: Partial<DPOOptions>): DPOOptions => ({
  steps: 0,
  batch: 4,
  learningRate: 0.01,
  beta: draw.number(0.2, 0.4),
  seed: draw.integer(1, 1e6),
  ...options,
});

const VOCABULARY = 6;
const PROMPTS = 3;
/** Tokens of a response, at most. */
const LONGEST = 6;

interface Task {
  readonly reference: Sent<PolicyWeights>;
  readonly preferences: Sent<Preferences>;
  readonly heldOut: Sent<Preferences>;
  /** Of each pair that is held out, how likely the judge was to choose as it did. */
  readonly probabilities: readonly number[];
}

function drawTask(draw: Draw, pairs: number, heldOut = 1): Task {
  const width = 16;
  const reference = {
    promptEmbedding: draw.normal([VOCABULARY, width], 0, 0.5),
    tokenEmbedding: draw.normal([VOCABULARY, width], 0, 0.5),
    positionEmbedding: draw.normal([1 + LONGEST, width], 0, 0.5),
    outputWeight: draw.normal([width, VOCABULARY], 0, 1 / Math.sqrt(width)),
    outputBias: draw.normal([VOCABULARY], 0, 0.3),
  };
  const worth = rows(draw.normal([VOCABULARY, VOCABULARY])); // [prompt][token]
  const all = Array.from({ length: pairs + heldOut }, () => drawPair(draw, worth));
  const held = all.slice(pairs);
  return {
    reference,
    preferences: asPreferences(all.slice(0, pairs)),
    heldOut: asPreferences(held),
    probabilities: held.map(({ probability }) => probability),
  };
}

interface Answer {
  readonly tokens: readonly number[];
  readonly length: number;
}
interface Pair {
  readonly chosen: Answer;
  readonly rejected: Answer;
  readonly probability: number;
}

/** Two responses of random tokens; the judge adds up what they are worth to the prompt, and chooses by Bradley and Terry. */
function drawPair(draw: Draw, worth: readonly (readonly number[])[]): Pair {
  const prompt = draw.integer(0, PROMPTS - 1);
  const answer = (): Answer => ({
    tokens: [prompt, ...Array.from({ length: LONGEST }, () => draw.integer(0, VOCABULARY - 1))],
    length: draw.integer(3, LONGEST),
  });
  const [first, second] = [answer(), answer()];
  const reward = ({ tokens, length }: Answer) => tokens.slice(1, 1 + length).reduce((sum, token) => sum + (worth[prompt]?.[token] as number), 0);
  const probability = 1 / (1 + Math.exp(reward(second) - reward(first)));
  return draw.number(0, 1) < probability ? { chosen: first, rejected: second, probability } : { chosen: second, rejected: first, probability: 1 - probability };
}

function asPreferences(pairs: readonly Pair[]): Sent<Preferences> {
  const shape = [pairs.length, 1 + LONGEST];
  const tokens = (answers: readonly Answer[]) =>
    tensor(
      answers.flatMap((answer) => answer.tokens),
      shape,
      "int32",
    );
  const mask = (answers: readonly Answer[]) =>
    tensor(
      answers.flatMap(({ length }) => Array.from({ length: 1 + LONGEST }, (_, t) => (t >= 1 && t <= length ? 1 : 0))),
      shape,
    );
  const [chosen, rejected] = [pairs.map((pair) => pair.chosen), pairs.map((pair) => pair.rejected)];
  return { chosen: tokens(chosen), chosenMask: mask(chosen), rejected: tokens(rejected), rejectedMask: mask(rejected) };
}

/** Log-probabilities of all pairs, by both policies. */
function pairsFor(
  policy: Sent<PolicyWeights>,
  reference: Sent<PolicyWeights>,
  { chosen, chosenMask, rejected, rejectedMask }: Sent<Preferences>,
  beta: number,
): Pairs {
  const by = (weights: Sent<PolicyWeights>, tokens: TensorData, mask: TensorData) =>
    tensor(logProbabilitiesOf(logitsOf(weights, tokens), tokens, mask), [tokens.shape[0] as number]);
  return {
    policyChosen: by(policy, chosen, chosenMask),
    policyRejected: by(policy, rejected, rejectedMask),
    referenceChosen: by(reference, chosen, chosenMask),
    referenceRejected: by(reference, rejected, rejectedMask),
    beta,
  };
}

/** The given policy, in float64: tokens [batch, time] -> [batch, time, vocabulary] */
function logitsOf(weights: Sent<PolicyWeights>, tokens: TensorData): TensorData {
  const [batch, time] = tokens.shape as [number, number];
  const [prompts, meanings, places, output] = [weights.promptEmbedding, weights.tokenEmbedding, weights.positionEmbedding, weights.outputWeight].map(rows) as [
    number[][],
    number[][],
    number[][],
    number[][],
  ];
  const scores = Array.from(tokens.data).flatMap((token, at) => {
    const [t, prompt] = [at % time, tokens.data[at - (at % time)] as number];
    const hidden = (meanings[token] as number[]).map((x, j) => Math.tanh(x + (prompts[prompt]?.[j] as number) + (places[t]?.[j] as number)));
    return Array.from(weights.outputBias.data, (bias, k) => hidden.reduce((sum, h, j) => sum + h * (output[j]?.[k] as number), bias));
  });
  return tensor(scores, [batch, time, scores.length / (batch * time)]);
}

/** ln p of each response, in float64. */
function logProbabilitiesOf(logits: TensorData, tokens: TensorData, mask: TensorData): number[] {
  const [batch, time] = tokens.shape as [number, number];
  const scores = rows(logits);
  return Array.from({ length: batch }, (_, b) => {
    let sum = 0;
    for (let t = 1; t < time; t++) {
      const row = scores[b * time + t - 1] as number[];
      const token = tokens.data[b * time + t] as number;
      if (mask.data[b * time + t]) sum += (row[token] as number) - logSumExp(row);
    }
    return sum;
  });
}

function logSumExp(row: readonly number[]): number {
  const most = Math.max(...row);
  return most + Math.log(row.reduce((total, x) => total + Math.exp(x - most), 0));
}

const rewardsOf = (policy: TensorData, reference: TensorData, beta: number): number[] =>
  Array.from(policy.data, (logProbability, i) => beta * (logProbability - (reference.data[i] as number)));

/** The loss in float64. */
function lossOf({ policyChosen, policyRejected, referenceChosen, referenceRejected, beta }: Pairs): number {
  const rejected = rewardsOf(policyRejected, referenceRejected, beta);
  const margins = rewardsOf(policyChosen, referenceChosen, beta).map((reward, i) => reward - (rejected[i] as number));
  return mean(margins.map((margin) => Math.max(0, -margin) + Math.log1p(Math.exp(-Math.abs(margin)))));
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
