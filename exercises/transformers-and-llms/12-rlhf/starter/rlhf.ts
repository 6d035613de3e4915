import * as tf from "@tensorflow/tfjs";
import { notWrittenYet, random } from "practicum";
import { randomRows } from "./data.ts";
import { copyOf, initialWeights, logProbabilities, sample, scores, values } from "./model.ts";
import type { ModelConfig, ModelWeights, PPOOptions, TrainingOptions } from "./surface.ts";

// Given, and asked by the checks.
export { logProbabilities, sample, scores };

/** Scores of the chosen and the rejected response of each pair: [pairs] each -> the mean loss, a scalar in nats */
export function preferenceLoss(chosen: tf.Tensor1D, rejected: tf.Tensor1D): tf.Scalar {
  // TODO: how surprising is the choice to a reader of these scores?
  return notWrittenYet();
}

/** ln p of each response token, by the policy and by the reference: [batch, time] each -> the log-ratio, [batch, time] */
export function klEstimate(policy: tf.Tensor2D, reference: tf.Tensor2D): tf.Tensor2D {
  // TODO
  return notWrittenYet();
}

/** scores [batch] of whole responses; ln p of their tokens by policy and reference [batch, time] -> the reward of each token [batch, time] */
export function tokenRewards(scores: tf.Tensor1D, policy: tf.Tensor2D, reference: tf.Tensor2D, beta: number): tf.Tensor2D {
  // TODO: a penalty for every token, the score for the last one
  return notWrittenYet();
}

/** Generalised advantage estimation; rewards and values: [batch, time]; after the last token the value is 0 -> [batch, time] each */
export function advantages(rewards: tf.Tensor2D, values: tf.Tensor2D, gamma: number, lambda: number): { advantages: tf.Tensor2D; returns: tf.Tensor2D } {
  // TODO: from the last token to the first
  return notWrittenYet();
}

/** ln p of each response token, now and when it was sampled; advantages: [batch, time] each -> the clipped loss, a scalar to be minimised */
export function policyLoss(now: tf.Tensor2D, sampled: tf.Tensor2D, advantages: tf.Tensor2D, epsilon: number): tf.Scalar {
  // TODO: ratio, clipped ratio, the smaller product
  return notWrittenYet();
}

/** values and returns: [batch, time] each -> half the mean squared error, a scalar */
export function valueLoss(values: tf.Tensor2D, returns: tf.Tensor2D): tf.Scalar {
  // TODO
  return notWrittenYet();
}

/** Stage 1. demonstrations: int32 [count, 1 + length], prompt and response -> a new model that writes such responses */
export async function supervise(config: ModelConfig, demonstrations: tf.Tensor2D, options: TrainingOptions): Promise<ModelWeights> {
  // TODO: `initialWeights` and onStart, then steps of Adam on `randomRows` of the demonstrations
  return notWrittenYet();
}

/** Stage 2. chosen and rejected: int32 [pairs, 1 + length] -> a copy of the model whose `scores` predict the choice */
export async function trainRewardModel(model: ModelWeights, chosen: tf.Tensor2D, rejected: tf.Tensor2D, options: TrainingOptions): Promise<ModelWeights> {
  // TODO: `copyOf(model)` and onStart, then steps of Adam on `randomRows` of the pairs
  return notWrittenYet();
}

/** Stage 3. A copy of the model, trained to earn the reward model's scores without going far from the model -> the policy */
export async function ppo(model: ModelWeights, rewardModel: ModelWeights, options: PPOOptions): Promise<ModelWeights> {
  // TODO: `copyOf(model)` and onStart; then in every iteration: sample, score, advantages; then `epochs` steps of Adam on the same responses, and await onIteration
  return notWrittenYet();
}
