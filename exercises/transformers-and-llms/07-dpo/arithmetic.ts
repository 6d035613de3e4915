/** What the checks compute with, in float64. */
import { rows, type Sent, type TensorData, tensor } from "practicum/check";
import type { PolicyWeights, Preferences } from "./surface.ts";

// Answers are float32, expected values float64. Measured: correct answers are off by 2e-6 (and by 1e-7 of losses in the thousands), misconceptions by 1e-2 and more.
export const ROUNDING = { rtol: 1e-4, atol: 1e-4 };

/** ln p of responses, [pairs] each, and how much a log-ratio is worth. */
export interface Pairs {
  readonly policyChosen: TensorData;
  readonly policyRejected: TensorData;
  readonly referenceChosen: TensorData;
  readonly referenceRejected: TensorData;
  readonly beta: number;
}

/** Log-probabilities of all pairs, by both policies. */
export function pairsFor(
  policy: Sent<PolicyWeights>,
  reference: Sent<PolicyWeights>,
  { chosen, chosenMask, rejected, rejectedMask }: Sent<Preferences>,
  beta: number,
): Pairs {
  const by = (weights: Sent<PolicyWeights>, tokens: TensorData, mask: TensorData) =>
    tensor(logProbabilitiesOf(logitsOf(weights, tokens), tokens, mask), [tokens.shape[0] as number]);
  return {
    policyChosen: by(policy, chosen, chosenMask),
    policyRejected: by(policy, rejected, rejectedMask),
    referenceChosen: by(reference, chosen, chosenMask),
    referenceRejected: by(reference, rejected, rejectedMask),
    beta,
  };
}

/** The given policy, in float64: tokens [batch, time] -> [batch, time, vocabulary] */
function logitsOf(weights: Sent<PolicyWeights>, tokens: TensorData): TensorData {
  const [batch, time] = tokens.shape as [number, number];
  const [prompts, meanings, places, output] = [weights.promptEmbedding, weights.tokenEmbedding, weights.positionEmbedding, weights.outputWeight].map(rows) as [
    number[][],
    number[][],
    number[][],
    number[][],
  ];
  const scores = Array.from(tokens.data).flatMap((token, at) => {
    const [t, prompt] = [at % time, tokens.data[at - (at % time)] as number];
    const hidden = (meanings[token] as number[]).map((x, j) => Math.tanh(x + (prompts[prompt]?.[j] as number) + (places[t]?.[j] as number)));
    return Array.from(weights.outputBias.data, (bias, k) => hidden.reduce((sum, h, j) => sum + h * (output[j]?.[k] as number), bias));
  });
  return tensor(scores, [batch, time, scores.length / (batch * time)]);
}

/** ln p of each response, in float64. */
export function logProbabilitiesOf(logits: TensorData, tokens: TensorData, mask: TensorData): number[] {
  const [batch, time] = tokens.shape as [number, number];
  const scores = rows(logits);
  return Array.from({ length: batch }, (_, b) => {
    let sum = 0;
    for (let t = 1; t < time; t++) {
      const row = scores[b * time + t - 1] as number[];
      const token = tokens.data[b * time + t] as number;
      if (mask.data[b * time + t]) sum += (row[token] as number) - logSumExp(row);
    }
    return sum;
  });
}

function logSumExp(row: readonly number[]): number {
  const most = Math.max(...row);
  return most + Math.log(row.reduce((total, x) => total + Math.exp(x - most), 0));
}

export const rewardsOf = (policy: TensorData, reference: TensorData, beta: number): number[] =>
  Array.from(policy.data, (logProbability, i) => beta * (logProbability - (reference.data[i] as number)));

/** By how much each chosen response's reward is the larger one. */
export function marginsOf({ policyChosen, policyRejected, referenceChosen, referenceRejected, beta }: Pairs): number[] {
  const rejected = rewardsOf(policyRejected, referenceRejected, beta);
  return rewardsOf(policyChosen, referenceChosen, beta).map((reward, i) => reward - (rejected[i] as number));
}

/** The loss in float64. */
export const lossOf = (pairs: Pairs): number => mean(marginsOf(pairs).map((margin) => Math.max(0, -margin) + Math.log1p(Math.exp(-Math.abs(margin)))));

export const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
