// Your stage 3 leaves out the value loss: the values that are the baseline of its advantages are never trained.
import * as tf from "@tensorflow/tfjs";
import { random } from "practicum";
import { randomRows } from "./data.ts";
import { copyOf, initialWeights, logProbabilities, sample, scores, values } from "./model.ts";
import type { ModelConfig, ModelWeights, PPOOptions, TrainingOptions } from "./surface.ts";

export { logProbabilities, sample, scores };

/** -ln σ(chosen - rejected): Bradley and Terry (1952). */
export function preferenceLoss(chosen: tf.Tensor1D, rejected: tf.Tensor1D): tf.Scalar {
  return tf.softplus(rejected.sub(chosen)).mean();
}

/** Its mean over what the policy itself has sampled is the KL divergence of the policy from the reference. */
export function klEstimate(policy: tf.Tensor2D, reference: tf.Tensor2D): tf.Tensor2D {
  return policy.sub(reference); // [batch, time]
}

/** Every token pays for leaving the reference; the last one earns the score of the whole. */
export function tokenRewards(scores: tf.Tensor1D, policy: tf.Tensor2D, reference: tf.Tensor2D, beta: number): tf.Tensor2D {
  return tf.tidy(() => {
    const time = policy.shape[1];
    const penalty = klEstimate(policy, reference).mul(beta); // [batch, time]
    const isLast = tf.oneHot(tf.tensor1d([time - 1], "int32"), time).toFloat(); // [1, time]
    return scores.expandDims(1).mul(isLast).sub(penalty); // [batch, time]
  });
}

/** From the last token to the first: Schulman et al., "High-Dimensional Continuous Control Using Generalized Advantage Estimation" (2016). */
export function advantages(rewards: tf.Tensor2D, values: tf.Tensor2D, gamma: number, lambda: number): { advantages: tf.Tensor2D; returns: tf.Tensor2D } {
  return tf.tidy(() => {
    const [r, v] = [tf.unstack(rewards, 1), tf.unstack(values, 1)]; // time times [batch]
    const steps: tf.Tensor[] = [];
    let [nextValue, nextAdvantage] = [tf.zerosLike(v[0] as tf.Tensor), tf.zerosLike(v[0] as tf.Tensor)]; // after the end
    for (let t = r.length - 1; t >= 0; t--) {
      const value = v[t] as tf.Tensor;
      const surprise = (r[t] as tf.Tensor).add(nextValue.mul(gamma)).sub(value); // [batch], δ: better than the value promised
      nextAdvantage = surprise.add(nextAdvantage.mul(gamma * lambda));
      nextValue = value;
      steps.unshift(nextAdvantage);
    }
    const estimated = tf.stack(steps, 1) as tf.Tensor2D; // [batch, time]
    return { advantages: estimated, returns: estimated.add(values) };
  });
}

/** Schulman et al., "Proximal Policy Optimization Algorithms" (2017): a token has nothing more to gain once its ratio has left the band. */
export function policyLoss(now: tf.Tensor2D, sampled: tf.Tensor2D, advantages: tf.Tensor2D, epsilon: number): tf.Scalar {
  const ratio = now.sub(sampled).exp(); // [batch, time]
  const clipped = ratio.clipByValue(1 - epsilon, 1 + epsilon);
  return tf.minimum(ratio.mul(advantages), clipped.mul(advantages)).mean<tf.Scalar>().neg();
}

export function valueLoss(values: tf.Tensor2D, returns: tf.Tensor2D): tf.Scalar {
  return values.sub(returns).square().mean<tf.Scalar>().div(2);
}

export async function supervise(config: ModelConfig, demonstrations: tf.Tensor2D, options: TrainingOptions): Promise<ModelWeights> {
  const weights = initialWeights(config, random(options.seed));
  const likelihood = ([sequences]: tf.Tensor2D[]) => logProbabilities(weights, sequences as tf.Tensor2D).mean<tf.Scalar>();
  await descend([demonstrations], options, weights, (rows) => likelihood(rows).neg());
  return weights;
}

export async function trainRewardModel(model: ModelWeights, chosen: tf.Tensor2D, rejected: tf.Tensor2D, options: TrainingOptions): Promise<ModelWeights> {
  const weights = copyOf(model);
  const loss = ([better, worse]: tf.Tensor2D[]) => preferenceLoss(scores(weights, better as tf.Tensor2D), scores(weights, worse as tf.Tensor2D));
  await descend([chosen, rejected], options, weights, loss);
  return weights;
}

/** Steps of Adam, each on rows of the data that are drawn at random. */
async function descend(
  data: readonly tf.Tensor2D[],
  { steps, batch, learningRate, seed, onStart, onStep }: TrainingOptions,
  weights: ModelWeights,
  lossOf: (rows: tf.Tensor2D[]) => tf.Scalar,
): Promise<void> {
  const optimizer = tf.train.adam(learningRate);
  const done = (await onStart?.({ weights, optimizer })) ?? 0;
  for (let step = done + 1; step <= steps; step++) {
    const rows = randomRows(data, batch, random(seed + step));
    const loss = optimizer.minimize(() => lossOf(rows), true) as tf.Scalar;
    await onStep?.(step, (await loss.data())[0] as number, weights);
    tf.dispose([rows, loss]);
  }
}

export async function ppo(model: ModelWeights, rewardModel: ModelWeights, options: PPOOptions): Promise<ModelWeights> {
  const { iterations, batch, epochs, length, learningRate, beta, epsilon, gamma, lambda, seed, onStart, onIteration } = options;
  const policy = copyOf(model);
  const optimizer = tf.train.adam(learningRate);
  const done = (await onStart?.({ weights: policy, optimizer })) ?? 0;
  for (let iteration = done + 1; iteration <= iterations; iteration++) {
    const sequences = await sample(policy, batch, length, seed + iteration); // [batch, 1 + length]
    const seen = tf.tidy(() => {
      const [sampled, reference] = [logProbabilities(policy, sequences), logProbabilities(model, sequences)]; // [batch, length]
      const score = scores(rewardModel, sequences); // [batch]
      const estimate = advantages(tokenRewards(score, sampled, reference, beta), values(policy, sequences), gamma, lambda);
      const kl = klEstimate(sampled, reference).sum(1).mean(); // nats per response
      return { sampled, advantages: standardised(estimate.advantages), score: score.mean(), kl };
    });
    for (let epoch = 0; epoch < epochs; epoch++) {
      optimizer.minimize(() => policyLoss(logProbabilities(policy, sequences), seen.sampled, seen.advantages, epsilon));
    }
    await onIteration?.(iteration, (await seen.score.data())[0] as number, (await seen.kl.data())[0] as number, policy);
    tf.dispose([sequences, seen] as tf.TensorContainer);
  }
  return policy;
}

/** Mean 0 and deviation 1 over the batch, so that the step does not depend on the scale of the scores. */
function standardised(x: tf.Tensor2D): tf.Tensor2D {
  const { mean, variance } = tf.moments(x);
  return x.sub(mean).div(variance.sqrt().add(1e-6));
}
