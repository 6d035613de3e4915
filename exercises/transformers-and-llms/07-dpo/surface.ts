import type { Optimizer, Scalar, Tensor1D, Tensor2D, Tensor3D } from "@tensorflow/tfjs";

/** A small language model, given in `policy.ts`. */
export interface PolicyWeights {
  /** [vocabulary, width]: of a sequence's first token, the prompt. */
  readonly promptEmbedding: Tensor2D;
  /** [vocabulary, width] */
  readonly tokenEmbedding: Tensor2D;
  /** [context, width] */
  readonly positionEmbedding: Tensor2D;
  /** [width, vocabulary] */
  readonly outputWeight: Tensor2D;
  /** [vocabulary] */
  readonly outputBias: Tensor1D;
}

/** Row i of all four belongs to one pair: two responses to one prompt. */
export interface Preferences {
  /** The sequence that was preferred, prompt and response: int32 [pairs, time]. */
  readonly chosen: Tensor2D;
  /** float32 [pairs, time]: 1 where a token belongs to the response, 0 at the prompt and after the end. */
  readonly chosenMask: Tensor2D;
  /** The other one, of the same prompt: int32 [pairs, time]. */
  readonly rejected: Tensor2D;
  readonly rejectedMask: Tensor2D;
}

/** What a training consists of at any step. */
export interface TrainingState {
  /** Of the policy. */
  readonly weights: PolicyWeights;
  readonly optimizer: Optimizer;
}

export interface DPOOptions {
  /** Number of optimizer steps. */
  readonly steps: number;
  /** Pairs in each step. */
  readonly batch: number;
  /** Of Adam. */
  readonly learningRate: number;
  readonly beta: number;
  /** Decides which pairs each step sees. */
  readonly seed: number;
  /** To be awaited before the first step: puts back what an interrupted training had reached, and gives the number of steps that it has behind it. */
  readonly onStart?: (state: TrainingState) => Promise<number>;
  /** To be awaited after every step: the step counted from 1, the loss of its pairs, the policy after it. */
  readonly onStep?: (step: number, loss: number, policy: PolicyWeights) => Promise<void>;
}

export interface Surface {
  /**
   * ln p of each response.
   * @param logits [batch, time, vocabulary]: at [b, t, :], scores of the token that follows tokens[b, 0..t]
   * @param tokens int32 [batch, time]
   * @param mask float32 [batch, time]: 1 where tokens[b, t] belongs to the response; never at t = 0
   * @returns [batch], in nats
   */
  sequenceLogProbability(logits: Tensor3D, tokens: Tensor2D, mask: Tensor2D): Tensor1D;
  /** ln p of each response, once by the policy and once by the reference: [batch] each -> [batch] */
  implicitReward(policy: Tensor1D, reference: Tensor1D, beta: number): Tensor1D;
  /** ln p of chosen and rejected responses, by the policy and by the reference: [batch] each -> the mean loss, a scalar in nats */
  dpoLoss(policyChosen: Tensor1D, policyRejected: Tensor1D, referenceChosen: Tensor1D, referenceRejected: Tensor1D, beta: number): Scalar;
  /** Trains a copy of the reference with Adam -> the trained policy */
  trainDPO(reference: PolicyWeights, preferences: Preferences, options: DPOOptions): Promise<PolicyWeights>;
}
