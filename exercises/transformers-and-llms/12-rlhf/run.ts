import type * as tf from "@tensorflow/tfjs";
import { breathe, checkpoint, progress, type RunOptions, random, trace } from "practicum";
import { demonstrate, Judge } from "./judge.ts";
import { sample } from "./model.ts";
import type { ModelConfig, ModelWeights, PPOOptions, Surface } from "./surface.ts";

/** Thousands of parameters and a minute or two on a laptop; a million and a GPU, where a run goes on after an interruption. `keepEvery`: seconds between checkpoints. */
const SCALES = {
  quick: {
    ...{ vocabulary: 8, length: 8, width: 24, layers: 1, data: 2048 },
    ...{ steps: 150, learningRate: 0.01, iterations: 30, batch: 64, keepEvery: Infinity },
  },
  full: {
    ...{ vocabulary: 26, length: 32, width: 128, layers: 5, data: 65_536 },
    ...{ steps: 3000, learningRate: 0.001, iterations: 400, batch: 256, keepEvery: 120 },
  },
};
const PPO = { epochs: 4, beta: 0.3, epsilon: 0.2, gamma: 1, lambda: 0.95, valueWeight: 0.5 };

const OF_TEXT = ["uniform guess", "floor: entropy of the demonstrations"];
const OF_PAIRS = ["a coin's guess: ln 2", "floor: the judge himself"];
const SUPERVISED = { series: ["supervised loss", ...OF_TEXT], levels: OF_TEXT, y: { label: "nats per token" } };
const PREFERENCE = { series: ["preference loss", ...OF_PAIRS], levels: OF_PAIRS, y: { label: "nats per pair" } };
const REWARD = { series: ["score by the reward model", "true reward"], y: { label: "per response" } };
const DIVERGENCE = { series: ["KL to the supervised model"], y: { label: "nats per response" } };

/** The three stages, one after the other. */
export default async function run(attempt: Surface, { scale }: RunOptions): Promise<void> {
  const { vocabulary, length, width, layers, data } = SCALES[scale];
  const config: ModelConfig = { vocabulary, context: 1 + length, width, layers };
  const stream = random(SEED);
  const judge = new Judge(vocabulary, stream);
  declarePlots();
  const { demonstrations, entropy } = demonstrate(data, length, vocabulary, SEED);
  const model = await superviseWith(attempt, scale, config, demonstrations, entropy);
  const [a, b] = [await sample(model, data, length, 2), await sample(model, data, length, 3)];
  const { chosen, rejected, loss } = await judge.choose(a, b);
  const rewardModel = await rewardWith(attempt, scale, model, chosen, rejected, loss);
  const policy = await ppoWith(attempt, scale, model, rewardModel, judge);
  const parameters = width * (vocabulary + 1 + length + 1) + layers * 12 * width ** 2;
  console.log(`A model of ${parameters.toLocaleString("en")} parameters. The judge's reward of a response, which no model was shown:`);
  console.log(`${(await trueReward(model, judge, length)).toFixed(2)} after stage 1, ${(await trueReward(policy, judge, length)).toFixed(2)} after stage 3.`);
  await checkpoint.finish();
}

/** A stage that is kept has to be about the same task when the run goes on. */
const SEED = 12;

function declarePlots(): void {
  trace.plot({ title: "Stage 1: supervised fine-tuning", x: { label: "step" }, ...SUPERVISED });
  trace.plot({ title: "Stage 2: reward model", x: { label: "step" }, ...PREFERENCE });
  trace.plot({ title: "Stage 3: PPO, reward", x: { label: "iteration" }, ...REWARD });
  trace.plot({ title: "Stage 3: PPO, distance", x: { label: "iteration" }, ...DIVERGENCE });
}

async function superviseWith(
  attempt: Surface,
  scale: RunOptions["scale"],
  config: ModelConfig,
  demonstrations: tf.Tensor2D,
  entropy: number,
): Promise<ModelWeights> {
  const { steps, learningRate, batch, keepEvery } = SCALES[scale];
  const training = checkpoint.training("supervised", { steps, keepEvery });
  const onStep = async (step: number, loss: number): Promise<void> => {
    training.log({ "supervised loss": loss, "uniform guess": Math.log(config.vocabulary), "floor: entropy of the demonstrations": entropy }, step);
    progress(step, steps, "stage 1: supervised fine-tuning");
    await training.after(step);
    await breathe();
  };
  const weights = await attempt.supervise(config, demonstrations, { steps, batch, learningRate, seed: SEED, onStart: training.start, onStep });
  training.end();
  return weights;
}

async function rewardWith(
  attempt: Surface,
  scale: RunOptions["scale"],
  model: ModelWeights,
  chosen: tf.Tensor2D,
  rejected: tf.Tensor2D,
  ofJudge: number,
): Promise<ModelWeights> {
  const { steps, learningRate, batch, keepEvery } = SCALES[scale];
  const training = checkpoint.training("reward-model", { steps, keepEvery });
  const onStep = async (step: number, loss: number): Promise<void> => {
    training.log({ "preference loss": loss, "a coin's guess: ln 2": Math.LN2, "floor: the judge himself": ofJudge }, step);
    progress(step, steps, "stage 2: reward model");
    await training.after(step);
    await breathe();
  };
  const weights = await attempt.trainRewardModel(model, chosen, rejected, { steps, batch, learningRate, seed: SEED, onStart: training.start, onStep });
  training.end();
  return weights;
}

async function ppoWith(attempt: Surface, scale: RunOptions["scale"], model: ModelWeights, rewardModel: ModelWeights, judge: Judge): Promise<ModelWeights> {
  const { iterations, learningRate, batch, length, keepEvery } = SCALES[scale];
  const training = checkpoint.training("ppo", { steps: iterations, keepEvery });
  const onIteration: PPOOptions["onIteration"] = async (iteration, score, kl, policy) => {
    training.log({ "score by the reward model": score, "true reward": await trueReward(policy, judge, length), "KL to the supervised model": kl }, iteration);
    progress(iteration, iterations, "stage 3: PPO");
    await training.after(iteration);
    await breathe();
  };
  const seed = scale === "full" ? SEED : random().integer(1, 1e9);
  const policy = await attempt.ppo(model, rewardModel, { ...PPO, iterations, batch, length, learningRate, seed, onStart: training.start, onIteration });
  training.end();
  return policy;
}

/** Mean over new responses; the same random numbers each time, so that the curve is smooth. */
async function trueReward(policy: ModelWeights, judge: Judge, length: number): Promise<number> {
  const responses = await sample(policy, 128, length, 1);
  const rewards = ((await responses.array()) as number[][]).map((sequence) => judge.reward(sequence));
  responses.dispose();
  return rewards.reduce((a, b) => a + b, 0) / rewards.length;
}
