import { callback, check, type Draw, exact, inBand, near, type Remote, ratioAtLeast, rows, type Sent, type TensorData, type TracePoint } from "practicum/check";
import { lossOf, marginsOf, mean, pairsFor, ROUNDING } from "./arithmetic.ts";
import type { DPOOptions, PolicyWeights, Preferences, Surface } from "./surface.ts";
import { drawDivided, drawForegone, drawMistaken, drawPrompts, drawRoles, drawTask, ROLES } from "./tasks.ts";

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

// A token's embedding moves only where a token that counts comes after it: by the learning rate, and what has no part in the loss not at all.
check<Surface>("training counts the tokens of each response by its own mask", {
  points: 1,
  when: "save",
  hidden: true,
  catches: ["masks-of-chosen", "padding-in-training"],
  hint: "The two responses of a pair seldom end at the same place.",
  ask: async (impl, draw) => {
    const { reference, preferences } = drawRoles(draw);
    const options = optionsFrom(draw, { steps: 2, batch: 8 });
    const moved = rowsMoved("tokenEmbedding", reference, await impl.trainDPO(reference, preferences, options));
    return Object.fromEntries(ROLES.map((role, token) => [role, (moved[token] as number) > options.learningRate / 2]));
  },
  expect: exact.value({
    prompt: true,
    "chosen response": true,
    "after the chosen response": false,
    "rejected response": true,
    "after the rejected response": false,
  }),
});

// The first step of Adam is as long as the learning rate, unless there is nothing to learn: where rewards are not relative to the reference, the loss of this
// pair is 0 from the beginning; where β is 0, every reward is. Measured: correct answers are off by 3e-5.
check<Surface>("what training learns is relative to the reference, and scaled by β", {
  points: 1,
  when: "save",
  hidden: true,
  catches: ["no-reference-in-training", "beta-of-training-fixed"],
  hint: "A response that was always likely has earned nothing by it. `options.beta` is the caller's choice.",
  ask: async (impl, draw) => {
    const { reference, preferences } = drawForegone(draw);
    const moved = (options: Partial<DPOOptions>) => firstStep(impl, reference, preferences, optionsFrom(draw, options));
    return { "a pair that the reference is sure of": await moved({}), "β is 0": await moved({ beta: 0 }) };
  },
  expect: near.value({ "a pair that the reference is sure of": 1, "β is 0": 0 }, { rtol: 0, atol: 0.3 }),
});

/** How far the first step moves the policy's `outputBias`, in learning rates. */
async function firstStep(impl: Remote<Surface>, reference: Sent<PolicyWeights>, preferences: Sent<Preferences>, options: DPOOptions): Promise<number> {
  const policy = await impl.trainDPO(reference, preferences, { ...options, steps: 1 });
  return Math.max(...rowsMoved("outputBias", reference, policy)) / options.learningRate;
}

check<Surface>("a step sees as many pairs as asked for", {
  points: 1,
  when: "save",
  hidden: true,
  catches: ["batch-fixed", "one-step-less"],
  hint: "`options.batch` pairs in each step, and the last step is number `options.steps`.",
  ask: async (impl, draw) => {
    const { reference, preferences } = drawPrompts(draw);
    const seen = async (batch: number) => {
      const policy = await impl.trainDPO(reference, preferences, optionsFrom(draw, { steps: 1, batch }));
      const pairs = rowsMoved("promptEmbedding", reference, policy).filter((by) => by > 0).length;
      return pairs < 2 ? pairs : pairs > 8 ? "many" : "some"; // of 32 drawn from 64 with repetition, some 25 differ
    };
    return { "pairs seen in one step of 1": await seen(1), "pairs seen in one step of 32": await seen(32) };
  },
  expect: exact.value({ "pairs seen in one step of 1": 1, "pairs seen in one step of 32": "many" }),
});

// Adam goes on moving what has no gradient any more, by the mean of gradients that it keeps. Measured on 20 seeds, in learning rates: 2.3 to 3.0; 1 where each step has a
// new optimizer.
check<Surface>("one optimizer takes all the steps", {
  points: 1,
  when: "save",
  hidden: true,
  catches: ["optimizer-every-step"],
  hint: "Adam remembers the gradients of earlier steps.",
  ask: async (impl, draw) => {
    const { reference, preferences } = drawPrompts(draw);
    const options = optionsFrom(draw, { steps: 12, batch: 1 });
    const moved = rowsMoved("promptEmbedding", reference, await impl.trainDPO(reference, preferences, options)).filter((by) => by > 0);
    return (moved.toSorted((a, b) => a - b)[moved.length >> 1] ?? 0) / options.learningRate; // of the pairs that were seen, the median
  },
  expect: inBand(1.5, 4),
});

check<Surface>("an interrupted training goes on where it was", {
  points: 1,
  when: "save",
  hidden: true,
  catches: ["start-ignored", "start-not-awaited", "done-steps-repeated"],
  hint: "Await `onStart` before the first step: it changes the weights that it is handed, and gives how many steps are done.",
  ask: async (impl, draw, { trace }) => {
    const { reference, preferences } = drawTask(draw, 2);
    const weights = drawTask(draw, 1).reference;
    const options = optionsFrom(draw, { onStart: callback({ assigns: { weights }, gives: 3 }), onStep: callback({ tells: STEP }) });
    const finished = await impl.trainDPO(reference, preferences, { ...options, steps: 3 });
    await impl.trainDPO(reference, preferences, { ...options, steps: 5 });
    return { "with no step left": finished, "told with two steps left": stepsTold(trace()) };
  },
  expect: near.value(
    (draw) => {
      drawTask(draw, 2);
      return { "with no step left": { ...drawTask(draw, 1).reference }, "told with two steps left": [4, 5] };
    },
    { rtol: 0, atol: 1e-6 },
  ),
});

const STEP = "step told to onStep";

const stepsTold = (points: readonly TracePoint[]): number[] => points.filter(({ series }) => series === STEP).map(({ step }) => step);

// The policy that the training goes on with has one of two pairs all wrong: a margin below -100. Measured: correct answers are off by 1e-3.
check<Surface>("a pair that the policy has all wrong teaches it as much as any", {
  points: 1,
  when: "save",
  hidden: true,
  catches: ["no-gradient-far-off", "start-ignored"],
  hint: "The gradient of a pair carries the factor σ(-m), which is 1 where the margin m is far below 0. What does your loss do there?",
  ask: async (impl, draw) => {
    const { reference, preferences, policy } = drawMistaken(draw);
    const options = optionsFrom(draw, { steps: 1, batch: 32, onStart: callback({ assigns: { weights: policy }, gives: 0 }) });
    return Math.max(...rowsMoved("outputBias", policy, await impl.trainDPO(reference, preferences, options))) / options.learningRate;
  },
  expect: near.value(1, { rtol: 0, atol: 0.3 }),
});

/** By how much each row of a weight has moved: the most that any of its numbers has. */
function rowsMoved(name: keyof PolicyWeights, before: Sent<PolicyWeights>, after: Remote<PolicyWeights>): number[] {
  const [from, to] = [rows(before[name]), rows(after[name])];
  return to.map((row, i) => Math.max(...row.map((x, j) => Math.abs(x - (from[i]?.[j] as number)))));
}

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
  // Measured on 20 seeds, reference and variants: 0.53 to 0.94. A moving reference or the same pairs at every step: below -2.
  expect: inBand(0.4, 1.02),
});

// One pair in each of 24 first steps. With the reference's opinion of another pair, or with none, the loss of many is 0 from the beginning. Measured: correct
// answers are off by 3e-5.
check<Surface>("each pair is compared with what the reference says of that pair", {
  points: 1,
  when: "run",
  hidden: true,
  catches: ["reference-of-other-pairs", "no-reference-in-training"],
  hint: "Policy and reference have to be asked about the same pairs, in the same order.",
  ask: async (impl, draw) => {
    const { reference, preferences } = drawForegone(draw, 32);
    const moved: number[] = [];
    for (let i = 0; i < 24; i++) moved.push(await firstStep(impl, reference, preferences, optionsFrom(draw, { batch: 1 })));
    return Math.min(...moved);
  },
  expect: near.value(1, { rtol: 0, atol: 0.3 }),
});

// The loss is least where σ(margin) is 9/10, at a margin of ln 9 = 2.2. Measured on 20 seeds: 2.0 to 2.3; a hinge is least at 1, and a
// reference that moves leaves nothing that is least.
check<Surface>("where the judge is divided, the policy becomes as sure as the judge is", {
  points: 1,
  when: "run",
  hidden: true,
  catches: ["hinge-in-training", "reference-moves"],
  hint: "What training minimises is `dpoLoss` of the pairs, by the policy and by the reference.",
  ask: async (impl, draw) => {
    const { reference, preferences } = drawDivided(draw);
    const options = optionsFrom(draw, { steps: 100, batch: 200, learningRate: 0.005 });
    const policy = await impl.trainDPO(reference, preferences, options);
    return marginsOf(pairsFor(policy, reference, preferences, options.beta))[0];
  },
  expect: inBand(1.8, 2.6),
});

const optionsFrom = (draw: Draw, options: Partial<DPOOptions>): DPOOptions => ({
  steps: 0,
  batch: 4,
  learningRate: 0.01,
  beta: draw.number(0.2, 0.4),
  seed: draw.integer(1, 1e6),
  ...options,
});
