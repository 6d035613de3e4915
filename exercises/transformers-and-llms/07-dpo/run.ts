import * as tf from "@tensorflow/tfjs";
import { breathe, checkpoint, progress, type RunOptions, random, trace } from "practicum";
import { logits, randomPolicy, sample } from "./policy.ts";
import { drawPreferences, Judge, type JudgedPreferences } from "./preferences.ts";
import type { PolicyWeights, Surface } from "./surface.ts";

/** Sizes for a laptop: half a minute, and some minutes, which go on after an interruption. `keepEvery`: seconds between two checkpoints. */
const SCALES = {
  quick: { vocabulary: 8, width: 24, length: 8, pairs: 4096, steps: 300, batch: 32, learningRate: 0.01, measureEvery: 10, keepEvery: Infinity },
  full: { vocabulary: 24, width: 96, length: 16, pairs: 65_536, steps: 5000, batch: 64, learningRate: 0.003, measureEvery: 50, keepEvery: 60 },
};
/** A run that goes on has to be about the same judge. */
const SEED = 7;
const HELD_OUT = 512;
const ANSWERS = 256;
const BETA = 0.3;

const LEVELS = ["a coin's guess: ln 2", "floor: the judge's own loss"];
const LOSS = { series: ["training loss", "held-out loss", ...LEVELS], levels: LEVELS, y: { label: "nats per pair" } };
const REWARD = { series: ["implicit reward of chosen", "implicit reward of rejected"], y: { label: "β ln(π / reference)" } };
const LIKELIHOOD = { series: ["ln π of chosen", "ln π of rejected"], y: { label: "nats per response" } };
const ACCURACY = { series: ["pairs put in the judge's order", "best possible"], levels: ["best possible"], y: { label: "share of held-out pairs" } };
const WRITTEN = { series: ["true reward of what it writes"], y: { label: "reward per response" } };

/** Trains a policy on what a judge prefers among the answers of the policy before. */
export default async function run(attempt: Surface, { scale }: RunOptions): Promise<void> {
  const { vocabulary, width, length, pairs, steps, batch, learningRate, measureEvery, keepEvery } = SCALES[scale];
  const stream = scale === "full" ? random(SEED) : random();
  const reference = randomPolicy(vocabulary, 1 + length, width, stream);
  const judge = new Judge(vocabulary, stream);
  progress(0, steps, "collecting preferences");
  const preferences = await drawPreferences(reference, judge, pairs, length, stream);
  const heldOut = await drawPreferences(reference, judge, HELD_OUT, length, stream);
  declarePlots(heldOut);
  trace.log(await measured(attempt, reference, reference, heldOut, judge), 0);
  const training = checkpoint.training("dpo", { steps, keepEvery });
  const policy = await attempt.trainDPO(reference, preferences, {
    steps,
    batch,
    learningRate,
    beta: BETA,
    seed: stream.integer(1, 1e9),
    onStart: training.start,
    onStep: async (step, loss, current) => {
      training.log({ "training loss": loss }, step);
      if (step % measureEvery === 0) training.log(await measured(attempt, current, reference, heldOut, judge), step);
      progress(step, steps, "training");
      await training.after(step);
      await breathe();
    },
  });
  training.end();
  console.log(
    `${pairs} pairs. The judge's reward of a response: ${(await written(reference, judge)).toFixed(2)} before, ${(await written(policy, judge)).toFixed(2)} after.`,
  );
  await checkpoint.finish();
}

function declarePlots({ probabilities }: JudgedPreferences): void {
  const x = { label: "step" };
  const own = mean(probabilities.map((p) => -Math.log(p)));
  trace.plot({ title: "DPO loss", x, ...LOSS, band: { label: "what the checks ask for", low: own, high: Math.LN2 - 0.4 * (Math.LN2 - own) } });
  trace.plot({ title: "Implicit rewards of held-out responses", x, ...REWARD });
  trace.plot({ title: "Right predictions of the judge", x, ...ACCURACY });
  trace.plot({ title: "What it writes", x, ...WRITTEN });
  trace.plot({ title: "Log-probability of held-out responses", x, ...LIKELIHOOD });
}

/** Points of every curve, by its name. */
async function measured(
  attempt: Surface,
  policy: PolicyWeights,
  reference: PolicyWeights,
  heldOut: JudgedPreferences,
  judge: Judge,
): Promise<Record<string, number>> {
  const numbers = tf.tidy(() => {
    const [now, before] = [logProbabilities(attempt, policy, heldOut), logProbabilities(attempt, reference, heldOut)];
    const [chosen, rejected] = [attempt.implicitReward(now.chosen, before.chosen, BETA), attempt.implicitReward(now.rejected, before.rejected, BETA)];
    const loss = attempt.dpoLoss(now.chosen, now.rejected, before.chosen, before.rejected, BETA);
    const right = policy === reference ? tf.scalar(0.5) : tf.greater(chosen, rejected).toFloat().mean(); // a coin where the two agree
    return tf.stack([loss, chosen.mean(), rejected.mean(), now.chosen.mean(), now.rejected.mean(), right]); // [6]
  });
  const [loss, chosen, rejected, lnChosen, lnRejected, right] = (await numbers.array()) as [number, number, number, number, number, number];
  numbers.dispose();
  const { probabilities } = heldOut;
  return {
    ...{ "held-out loss": loss, "a coin's guess: ln 2": Math.LN2, "floor: the judge's own loss": mean(probabilities.map((p) => -Math.log(p))) },
    ...{ "implicit reward of chosen": chosen, "implicit reward of rejected": rejected, "ln π of chosen": lnChosen, "ln π of rejected": lnRejected },
    ...{ "pairs put in the judge's order": right, "best possible": mean(probabilities.map((p) => (p > 0.5 ? 1 : 0))) },
    "true reward of what it writes": await written(policy, judge),
  };
}

const mean = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;

/** ln p of both responses of each pair: [pairs] each */
function logProbabilities(attempt: Surface, policy: PolicyWeights, { chosen, chosenMask, rejected, rejectedMask }: JudgedPreferences) {
  return {
    chosen: attempt.sequenceLogProbability(logits(policy, chosen), chosen, chosenMask),
    rejected: attempt.sequenceLogProbability(logits(policy, rejected), rejected, rejectedMask),
  };
}

/** The judge's mean reward of new answers. The same random numbers each time, so that the curve is smooth. */
async function written(policy: PolicyWeights, judge: Judge): Promise<number> {
  const [vocabulary, context] = [policy.tokenEmbedding.shape[0], policy.positionEmbedding.shape[0]];
  const prompts = Array.from({ length: ANSWERS }, (_, i) => i % vocabulary);
  const answers = await sample(policy, prompts, context - 1, random(1));
  const rewards = ((await answers.array()) as number[][]).map((sequence) => judge.reward(sequence));
  answers.dispose();
  return rewards.reduce((a, b) => a + b, 0) / ANSWERS;
}
