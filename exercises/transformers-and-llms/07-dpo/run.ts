import * as tf from "@tensorflow/tfjs";
import { breathe, progress, type RunOptions, random, trace } from "practicum";
import { logits, randomPolicy, sample } from "./policy.ts";
import { drawPreferences, Judge, type JudgedPreferences } from "./preferences.ts";
import type { PolicyWeights, Surface } from "./surface.ts";

/** Sizes for a laptop: half a minute, and some minutes. */
const SCALES = {
  quick: { vocabulary: 8, width: 24, length: 8, pairs: 4096, steps: 300, batch: 32, learningRate: 0.01, measureEvery: 10 },
  full: { vocabulary: 24, width: 96, length: 16, pairs: 65_536, steps: 5000, batch: 64, learningRate: 0.003, measureEvery: 50 },
};
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
  const { vocabulary, width, length, pairs, steps, batch, learningRate, measureEvery } = SCALES[scale];
  const stream = random();
  const reference = randomPolicy(vocabulary, 1 + length, width, stream);
  const judge = new Judge(vocabulary, stream);
  progress(0, steps, "collecting preferences");
  const preferences = await drawPreferences(reference, judge, pairs, length, stream);
  const heldOut = await drawPreferences(reference, judge, HELD_OUT, length, stream);
  declarePlots(heldOut);
  await measure(attempt, reference, reference, heldOut, judge, 0);
  let calls = 0;
  const policy = await attempt.trainDPO(reference, preferences, {
    steps,
    batch,
    learningRate,
    beta: BETA,
    seed: stream.integer(1, 1e9),
    onStep: async (step, loss, current) => {
      calls++;
      trace.log({ "training loss": loss }, step);
      if (step % measureEvery === 0) await measure(attempt, current, reference, heldOut, judge, step);
      progress(step, steps, "training");
      await breathe();
    },
  });
  if (calls !== steps) throw new Error(`Your trainDPO called onStep ${calls} times in ${steps} steps; it is to await onStep once after every step.`);
  console.log(
    `${pairs} pairs. The judge's reward of a response: ${(await written(reference, judge)).toFixed(2)} before, ${(await written(policy, judge)).toFixed(2)} after.`,
  );
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

async function measure(
  attempt: Surface,
  policy: PolicyWeights,
  reference: PolicyWeights,
  heldOut: JudgedPreferences,
  judge: Judge,
  step: number,
): Promise<void> {
  const measured = tf.tidy(() => {
    const [now, before] = [logProbabilities(attempt, policy, heldOut), logProbabilities(attempt, reference, heldOut)];
    const [chosen, rejected] = [attempt.implicitReward(now.chosen, before.chosen, BETA), attempt.implicitReward(now.rejected, before.rejected, BETA)];
    const loss = attempt.dpoLoss(now.chosen, now.rejected, before.chosen, before.rejected, BETA);
    const right = tf.greater(chosen, rejected).toFloat().mean(); // 0 as long as policy and reference agree
    return tf.stack([loss, chosen.mean(), rejected.mean(), now.chosen.mean(), now.rejected.mean(), right]); // [6]
  });
  const [loss, chosen, rejected, lnChosen, lnRejected, right] = (await measured.array()) as [number, number, number, number, number, number];
  measured.dispose();
  const { probabilities } = heldOut;
  trace.log({ "held-out loss": loss, "a coin's guess: ln 2": Math.LN2, "floor: the judge's own loss": mean(probabilities.map((p) => -Math.log(p))) }, step);
  trace.log({ "implicit reward of chosen": chosen, "implicit reward of rejected": rejected, "ln π of chosen": lnChosen, "ln π of rejected": lnRejected }, step);
  trace.log({ "pairs put in the judge's order": step === 0 ? 0.5 : right, "best possible": mean(probabilities.map((p) => (p > 0.5 ? 1 : 0))) }, step);
  trace.log({ "true reward of what it writes": await written(policy, judge) }, step);
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
