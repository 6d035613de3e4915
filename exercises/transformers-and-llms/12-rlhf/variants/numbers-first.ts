// Advantages and rewards in plain numbers; advantages only centred, not divided by their deviation; the value head is learned in the same steps.
import * as tf from "@tensorflow/tfjs";
import { random } from "practicum";
import { randomRows } from "./data.ts";
import { copyOf, initialWeights, logProbabilities, sample, scores, values } from "./model.ts";
import type { ModelConfig, ModelWeights, PPOOptions, TrainingOptions } from "./surface.ts";

export { logProbabilities, sample, scores };

export function preferenceLoss(chosen: tf.Tensor1D, rejected: tf.Tensor1D): tf.Scalar {
  const margin = chosen.sub(rejected);
  return tf.relu(margin.neg()).add(tf.log1p(margin.abs().neg().exp())).mean();
}

export function klEstimate(policy: tf.Tensor2D, reference: tf.Tensor2D): tf.Tensor2D {
  return reference.sub<tf.Tensor2D>(policy).neg();
}

export function tokenRewards(scores: tf.Tensor1D, policy: tf.Tensor2D, reference: tf.Tensor2D, beta: number): tf.Tensor2D {
  const earned = scores.dataSync();
  const rewards = klEstimate(policy, reference)
    .arraySync()
    .map((row, b) => row.map((kl, t) => (t === row.length - 1 ? (earned[b] as number) : 0) - beta * kl));
  return tf.tensor2d(rewards);
}

export function advantages(rewards: tf.Tensor2D, values: tf.Tensor2D, gamma: number, lambda: number): { advantages: tf.Tensor2D; returns: tf.Tensor2D } {
  const v = values.arraySync();
  const estimated = rewards.arraySync().map((row, b) => {
    const out = new Array<number>(row.length + 1).fill(0);
    for (let t = row.length - 1; t >= 0; t--) {
      const delta = (row[t] as number) + gamma * (v[b]?.[t + 1] ?? 0) - (v[b]?.[t] as number);
      out[t] = delta + gamma * lambda * (out[t + 1] as number);
    }
    return out.slice(0, -1);
  });
  const returns = estimated.map((row, b) => row.map((advantage, t) => advantage + (v[b]?.[t] as number)));
  return { advantages: tf.tensor2d(estimated), returns: tf.tensor2d(returns) };
}

export function policyLoss(now: tf.Tensor2D, sampled: tf.Tensor2D, advantages: tf.Tensor2D, epsilon: number): tf.Scalar {
  const ratio = tf.exp(now.sub(sampled));
  const plain = ratio.mul(advantages).neg();
  const clipped = tf
    .minimum(tf.maximum(ratio, 1 - epsilon), 1 + epsilon)
    .mul(advantages)
    .neg();
  return tf.maximum(plain, clipped).mean(); // the larger of two losses
}

export function valueLoss(values: tf.Tensor2D, returns: tf.Tensor2D): tf.Scalar {
  return tf.losses.meanSquaredError(returns, values).div(2);
}

export async function supervise(config: ModelConfig, demonstrations: tf.Tensor2D, options: TrainingOptions): Promise<ModelWeights> {
  const weights = initialWeights(config, random(options.seed));
  const lossOf = (rows: tf.Tensor2D[]): tf.Scalar => tf.mean<tf.Scalar>(logProbabilities(weights, rows[0] as tf.Tensor2D)).neg();
  return follow(weights, [demonstrations], options, lossOf);
}

export async function trainRewardModel(model: ModelWeights, chosen: tf.Tensor2D, rejected: tf.Tensor2D, options: TrainingOptions): Promise<ModelWeights> {
  const weights = copyOf(model);
  const lossOf = (rows: tf.Tensor2D[]): tf.Scalar => preferenceLoss(scores(weights, rows[0] as tf.Tensor2D), scores(weights, rows[1] as tf.Tensor2D));
  return follow(weights, [chosen, rejected], options, lossOf);
}

async function follow(weights: ModelWeights, data: tf.Tensor2D[], options: TrainingOptions, lossOf: (rows: tf.Tensor2D[]) => tf.Scalar): Promise<ModelWeights> {
  const optimizer = tf.train.adam(options.learningRate, 0.9, 0.99);
  const done = (await options.onStart?.({ weights, optimizer })) ?? 0;
  for (let step = done + 1; step <= options.steps; step++) {
    const loss = tf.tidy(() => {
      const rows = randomRows(data, options.batch, random(options.seed + step));
      return optimizer.minimize(() => lossOf(rows), true) as tf.Scalar;
    });
    const [value] = await loss.data();
    loss.dispose();
    await options.onStep?.(step, value as number, weights);
  }
  return weights;
}

export async function ppo(model: ModelWeights, rewardModel: ModelWeights, options: PPOOptions): Promise<ModelWeights> {
  const policy = copyOf(model);
  const optimizer = tf.train.adam(options.learningRate);
  const done = (await options.onStart?.({ weights: policy, optimizer })) ?? 0;
  for (let iteration = done + 1; iteration <= options.iterations; iteration++) {
    const sequences = await sample(policy, options.batch, options.length, options.seed + iteration);
    const { score, kl } = tf.tidy(() => {
      const [sampled, reference] = [logProbabilities(policy, sequences), logProbabilities(model, sequences)];
      const scored = scores(rewardModel, sequences);
      const rewards = tokenRewards(scored, sampled, reference, options.beta);
      const estimate = advantages(rewards, values(policy, sequences), options.gamma, options.lambda);
      const centred = estimate.advantages.sub<tf.Tensor2D>(estimate.advantages.mean());
      const standard = centred.div<tf.Tensor2D>(centred.square().mean().sqrt());
      for (let epoch = 0; epoch < options.epochs; epoch++) {
        optimizer.minimize(() => {
          const improvement = policyLoss(logProbabilities(policy, sequences), sampled, standard, options.epsilon);
          return improvement.add(valueLoss(values(policy, sequences), estimate.returns).mul(options.valueWeight));
        });
      }
      return { score: scored.mean().dataSync()[0] as number, kl: (klEstimate(sampled, reference).mean().dataSync()[0] as number) * options.length };
    });
    sequences.dispose();
    await options.onIteration?.(iteration, score, kl, policy);
  }
  return policy;
}
