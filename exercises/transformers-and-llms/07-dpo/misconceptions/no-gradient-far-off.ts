// Where the margin is far below 0, your training's loss has no gradient (a margin that is clipped has none, nor has ln(σ + ε)): what the policy has all wrong teaches it nothing.
import * as tf from "@tensorflow/tfjs";
import { random } from "practicum";
import { copyOf, logits } from "./policy.ts";
import { randomPairs } from "./preferences.ts";
import type { DPOOptions, PolicyWeights, Preferences } from "./surface.ts";

/** The scores at place t are about the token at place t + 1. */
export function sequenceLogProbability(logits: tf.Tensor3D, tokens: tf.Tensor2D, mask: tf.Tensor2D): tf.Tensor1D {
  return tf.tidy(() => {
    const [batch, time, vocabulary] = logits.shape;
    const logProbabilities = tf.logSoftmax(logits.slice([0, 0, 0], [batch, time - 1, vocabulary])); // [batch, time - 1, vocabulary]
    const next = tokens.slice([0, 1], [batch, time - 1]); // [batch, time - 1]
    const ofNext = logProbabilities.mul(tf.oneHot(next, vocabulary)).sum(2); // [batch, time - 1]
    return ofNext.mul(mask.slice([0, 1], [batch, time - 1])).sum<tf.Tensor1D>(1); // [batch]: the log of a product
  });
}

/** By how much more likely the policy has made a response: the reward, up to a constant of the prompt, for which this policy would be optimal. */
export function implicitReward(policy: tf.Tensor1D, reference: tf.Tensor1D, beta: number): tf.Tensor1D {
  return policy.sub(reference).mul(beta); // [batch]
}

/** -ln σ(margin): how surprising the judge's choice is to a reader of these rewards. */
export function dpoLoss(
  policyChosen: tf.Tensor1D,
  policyRejected: tf.Tensor1D,
  referenceChosen: tf.Tensor1D,
  referenceRejected: tf.Tensor1D,
  beta: number,
): tf.Scalar {
  const margin = implicitReward(policyChosen, referenceChosen, beta).sub(implicitReward(policyRejected, referenceRejected, beta)); // [batch]
  return tf.softplus(margin.neg()).mean(); // ln(1 + e^-margin), which is finite for every margin
}

export async function trainDPO(reference: PolicyWeights, preferences: Preferences, options: DPOOptions): Promise<PolicyWeights> {
  const { steps, batch, learningRate, beta, seed, onStart, onStep } = options;
  const policy = copyOf(reference);
  const optimizer = tf.train.adam(learningRate);
  const done = (await onStart?.({ weights: policy, optimizer })) ?? 0;
  for (let step = done + 1; step <= steps; step++) {
    const pairs = randomPairs(preferences, batch, random(seed + step));
    const before = tf.tidy(() => logProbabilities(reference, pairs)); // of the reference: numbers, through which no gradient flows
    const lossOfPairs = (): tf.Scalar => {
      const now = logProbabilities(policy, pairs);
      const margin = implicitReward(now.chosen, before.chosen, beta).sub(implicitReward(now.rejected, before.rejected, beta)); // [batch]
      return margin.sigmoid().add(1e-8).log().mean<tf.Scalar>().neg();
    };
    const loss = optimizer.minimize(lossOfPairs, true) as tf.Scalar;
    await onStep?.(step, (await loss.data())[0] as number, policy);
    tf.dispose([pairs, before, loss] as tf.TensorContainer);
  }
  return policy;
}

/** [batch] each */
function logProbabilities(policy: PolicyWeights, { chosen, chosenMask, rejected, rejectedMask }: Preferences): { chosen: tf.Tensor1D; rejected: tf.Tensor1D } {
  return {
    chosen: sequenceLogProbability(logits(policy, chosen), chosen, chosenMask),
    rejected: sequenceLogProbability(logits(policy, rejected), rejected, rejectedMask),
  };
}
