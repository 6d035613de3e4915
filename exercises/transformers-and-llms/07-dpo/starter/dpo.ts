import * as tf from "@tensorflow/tfjs";
import { notWrittenYet, random } from "practicum";
import { copyOf, logits } from "./policy.ts";
import { randomPairs } from "./preferences.ts";
import type { DPOOptions, PolicyWeights, Preferences } from "./surface.ts";

/**
 * ln p of each response.
 * @param logits [batch, time, vocabulary]: at [b, t, :], scores of the token that follows tokens[b, 0..t]
 * @param tokens int32 [batch, time]
 * @param mask float32 [batch, time]: 1 where tokens[b, t] belongs to the response; never at t = 0
 * @returns [batch], in nats
 */
export function sequenceLogProbability(logits: tf.Tensor3D, tokens: tf.Tensor2D, mask: tf.Tensor2D): tf.Tensor1D {
  // TODO: log-probabilities of the tokens that came, summed over the response
  return notWrittenYet();
}

/** ln p of each response, once by the policy and once by the reference: [batch] each -> [batch] */
export function implicitReward(policy: tf.Tensor1D, reference: tf.Tensor1D, beta: number): tf.Tensor1D {
  // TODO
  return notWrittenYet();
}

/** ln p of chosen and rejected responses, by the policy and by the reference: [batch] each -> the mean loss, a scalar in nats */
export function dpoLoss(
  policyChosen: tf.Tensor1D,
  policyRejected: tf.Tensor1D,
  referenceChosen: tf.Tensor1D,
  referenceRejected: tf.Tensor1D,
  beta: number,
): tf.Scalar {
  // TODO: by how much is the chosen response's reward larger, and how surprising is that the judge chose it?
  return notWrittenYet();
}

/**
 * Trains a copy of the reference with Adam.
 * @returns the trained policy
 */
export async function trainDPO(reference: PolicyWeights, preferences: Preferences, options: DPOOptions): Promise<PolicyWeights> {
  // TODO: `copyOf(reference)`, Adam, and await onStart; then in every step: pairs, their log-probabilities by both, one step of the optimizer, and await onStep
  return notWrittenYet();
}
