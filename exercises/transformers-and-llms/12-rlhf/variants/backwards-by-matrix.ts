// Advantages as one product with a triangular matrix of discounts; the clipped loss by cases; all in plain loops of training.
import * as tf from "@tensorflow/tfjs";
import { random } from "practicum";
import { randomRows } from "./data.ts";
import { copyOf, initialWeights, logProbabilities, sample, scores, values } from "./model.ts";
import type { ModelConfig, ModelWeights, PPOOptions, TrainingOptions } from "./surface.ts";

export { logProbabilities, sample, scores };

export const preferenceLoss = (chosen: tf.Tensor1D, rejected: tf.Tensor1D): tf.Scalar => {
  const margin = tf.sub(chosen, rejected);
  return tf.losses.sigmoidCrossEntropy(tf.onesLike(margin), margin) as tf.Scalar;
};

export const klEstimate = (policy: tf.Tensor2D, reference: tf.Tensor2D): tf.Tensor2D => tf.sub(policy, reference);

export const tokenRewards = (scores: tf.Tensor1D, policy: tf.Tensor2D, reference: tf.Tensor2D, beta: number): tf.Tensor2D => {
  const [batch, time] = policy.shape;
  const earned = tf.concat([tf.zeros([batch, time - 1]), scores.reshape([batch, 1])], 1); // [batch, time]
  return earned.add(reference.sub(policy).mul(beta));
};

/** Element [s, t] of the discounts is (γλ)^(s - t) from the diagonal down, and 0 above. */
export const advantages = (rewards: tf.Tensor2D, values: tf.Tensor2D, gamma: number, lambda: number): { advantages: tf.Tensor2D; returns: tf.Tensor2D } => {
  const [batch, time] = rewards.shape;
  const next = values.slice([0, 1], [batch, time - 1]).pad([
    [0, 0],
    [0, 1],
  ]);
  const surprise = rewards.add(next.mul(gamma)).sub<tf.Tensor2D>(values);
  const discounts = Array.from({ length: time }, (_, s) => Array.from({ length: time }, (_, t) => (s < t ? 0 : (gamma * lambda) ** (s - t))));
  const estimated = tf.matMul<tf.Tensor2D>(surprise, tf.tensor2d(discounts));
  return { advantages: estimated, returns: tf.add(estimated, values) };
};

/** Where the advantage is positive the ratio is capped from above, where it is negative from below. */
export const policyLoss = (now: tf.Tensor2D, sampled: tf.Tensor2D, advantages: tf.Tensor2D, epsilon: number): tf.Scalar => {
  const ratio = tf.exp(tf.sub(now, sampled));
  const capped = tf.where(tf.greater(advantages, 0), tf.minimum(ratio, 1 + epsilon), tf.maximum(ratio, 1 - epsilon));
  return tf.mean<tf.Scalar>(tf.mul(capped, advantages)).mul(-1);
};

export const valueLoss = (values: tf.Tensor2D, returns: tf.Tensor2D): tf.Scalar => tf.mean<tf.Scalar>(tf.squaredDifference(values, returns)).mul(0.5);

export async function supervise(config: ModelConfig, demonstrations: tf.Tensor2D, options: TrainingOptions): Promise<ModelWeights> {
  const weights = initialWeights(config, random(options.seed));
  const adam = tf.train.adam(options.learningRate);
  const done = (await options.onStart?.({ weights, optimizer: adam })) ?? 0;
  for (let step = done + 1; step <= options.steps; step++) {
    const [rows] = randomRows([demonstrations], options.batch, random(options.seed + step)) as [tf.Tensor2D];
    const { value, grads } = tf.variableGrads(() => tf.neg(tf.mean<tf.Scalar>(logProbabilities(weights, rows))));
    adam.applyGradients(Object.entries(grads).map(([name, tensor]) => ({ name, tensor })));
    await options.onStep?.(step, (await value.data())[0] as number, weights);
    tf.dispose([rows, value, grads]);
  }
  return weights;
}

/** Both responses of all pairs in one batch. */
export async function trainRewardModel(model: ModelWeights, chosen: tf.Tensor2D, rejected: tf.Tensor2D, options: TrainingOptions): Promise<ModelWeights> {
  const weights = copyOf(model);
  const adam = tf.train.adam(options.learningRate);
  const done = (await options.onStart?.({ weights, optimizer: adam })) ?? 0;
  for (let step = done + 1; step <= options.steps; step++) {
    const rows = tf.tidy(() => tf.concat(randomRows([chosen, rejected], options.batch, random(options.seed + step))));
    const { value, grads } = tf.variableGrads(() => {
      const [better, worse] = tf.split(scores(weights, rows), 2) as [tf.Tensor1D, tf.Tensor1D];
      return preferenceLoss(better, worse);
    });
    adam.applyGradients(Object.entries(grads).map(([name, tensor]) => ({ name, tensor })));
    await options.onStep?.(step, (await value.data())[0] as number, weights);
    tf.dispose([rows, value, grads]);
  }
  return weights;
}

export async function ppo(model: ModelWeights, rewardModel: ModelWeights, options: PPOOptions): Promise<ModelWeights> {
  const policy = copyOf(model);
  const adam = tf.train.adam(options.learningRate);
  const done = (await options.onStart?.({ weights: policy, optimizer: adam })) ?? 0;
  for (let iteration = done + 1; iteration <= options.iterations; iteration++) {
    const sequences = await sample(policy, options.batch, options.length, options.seed + iteration);
    const sampled = tf.tidy(() => logProbabilities(policy, sequences));
    const reference = tf.tidy(() => logProbabilities(model, sequences));
    const score = tf.tidy(() => scores(rewardModel, sequences));
    const { estimated, returns } = tf.tidy(() => {
      const rewards = tokenRewards(score, sampled, reference, options.beta);
      const raw = advantages(rewards, values(policy, sequences), options.gamma, options.lambda);
      const centred = raw.advantages.sub<tf.Tensor2D>(raw.advantages.mean());
      return { estimated: centred.div<tf.Tensor2D>(centred.square().mean().sqrt().add(1e-6)), returns: raw.returns };
    });
    for (let epoch = 0; epoch < options.epochs; epoch++) {
      const { value, grads } = tf.variableGrads(() => {
        const gain = policyLoss(logProbabilities(policy, sequences), sampled, estimated, options.epsilon);
        return tf.add<tf.Scalar>(gain, valueLoss(values(policy, sequences), returns).mul(options.valueWeight));
      });
      adam.applyGradients(Object.entries(grads).map(([name, tensor]) => ({ name, tensor })));
      tf.dispose([value, grads] as tf.TensorContainer);
    }
    const [mean, kl] = [tf.tidy(() => score.mean()), tf.tidy(() => klEstimate(sampled, reference).sum().div(options.batch))];
    await options.onIteration?.(iteration, (await mean.data())[0] as number, (await kl.data())[0] as number, policy);
    tf.dispose([sequences, sampled, reference, score, estimated, returns, mean, kl]);
  }
  return policy;
}
