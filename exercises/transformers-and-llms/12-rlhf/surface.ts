import type { Optimizer, Scalar, Tensor1D, Tensor2D } from "@tensorflow/tfjs";

/** The sizes of a model. */
export interface ModelConfig {
  /** Number of different tokens. */
  readonly vocabulary: number;
  /** Longest sequence, prompt and response, in tokens. */
  readonly context: number;
  readonly width: number;
  readonly layers: number;
}

/** A transformer with two heads: logits of the next token, and one number for each place. Given in `model.ts`. */
export interface ModelWeights {
  /** [vocabulary, width] */
  readonly tokenEmbedding: Tensor2D;
  /** [context, width] */
  readonly positionEmbedding: Tensor2D;
  /** Of each layer: [width, 3 * width], [width, width], [width, 4 * width], [4 * width, width] */
  readonly blocks: readonly { readonly queryKeyValue: Tensor2D; readonly projection: Tensor2D; readonly expand: Tensor2D; readonly contract: Tensor2D }[];
  /** [width, 1]: makes the number, which is a value in a policy and a score in a reward model */
  readonly scalarHead: Tensor2D;
}

/** What a training consists of at any step, in each of the three stages. */
export interface TrainingState {
  /** Of the model, the reward model or the policy. */
  readonly weights: ModelWeights;
  readonly optimizer: Optimizer;
}

export interface TrainingOptions {
  /** Number of optimizer steps. */
  readonly steps: number;
  /** Sequences, or pairs, in each step. */
  readonly batch: number;
  /** Of Adam. */
  readonly learningRate: number;
  readonly seed: number;
  /** To be awaited before the first step: puts back what an interrupted training had reached, and gives the number of steps that it has behind it. */
  readonly onStart?: (state: TrainingState) => Promise<number>;
  /** To be awaited after every step: the step counted from 1, its loss in nats, the weights after it. */
  readonly onStep?: (step: number, loss: number, weights: ModelWeights) => Promise<void>;
}

export interface PPOOptions {
  /** How often new responses are sampled. */
  readonly iterations: number;
  /** Responses in each iteration. */
  readonly batch: number;
  /** Optimizer steps on the responses of one iteration. */
  readonly epochs: number;
  /** Tokens of a response. */
  readonly length: number;
  /** Of Adam. */
  readonly learningRate: number;
  /** Weight of the KL penalty, β. */
  readonly beta: number;
  /** The ratio is clipped to [1 - ε, 1 + ε]. */
  readonly epsilon: number;
  readonly gamma: number;
  readonly lambda: number;
  /** Weight of the value loss. */
  readonly valueWeight: number;
  readonly seed: number;
  /** To be awaited before the first iteration: puts back what an interrupted training had reached, and gives the number of iterations that it has behind it. */
  readonly onStart?: (state: TrainingState) => Promise<number>;
  /** To be awaited after every iteration, counted from 1: mean score of its responses, their mean KL in nats per response, the policy after it. */
  readonly onIteration?: (iteration: number, score: number, kl: number, policy: ModelWeights) => Promise<void>;
}

export interface Surface {
  /** Scores of the chosen and the rejected response of each pair: [pairs] each -> the mean loss, a scalar in nats */
  preferenceLoss(chosen: Tensor1D, rejected: Tensor1D): Scalar;
  /** ln p of each response token, by the policy and by the reference: [batch, time] each -> the log-ratio, [batch, time]; its mean estimates the KL divergence */
  klEstimate(policy: Tensor2D, reference: Tensor2D): Tensor2D;
  /** scores [batch] of whole responses; ln p of their tokens by policy and reference [batch, time] -> the reward of each token [batch, time] */
  tokenRewards(scores: Tensor1D, policy: Tensor2D, reference: Tensor2D, beta: number): Tensor2D;
  /** Generalised advantage estimation; rewards and values: [batch, time]; after the last token the value is 0 -> [batch, time] each */
  advantages(rewards: Tensor2D, values: Tensor2D, gamma: number, lambda: number): { advantages: Tensor2D; returns: Tensor2D };
  /** ln p of each response token, now and when it was sampled; advantages: [batch, time] each -> the clipped loss, a scalar to be minimised */
  policyLoss(now: Tensor2D, sampled: Tensor2D, advantages: Tensor2D, epsilon: number): Scalar;
  /** values and returns: [batch, time] each -> half the mean squared error, a scalar */
  valueLoss(values: Tensor2D, returns: Tensor2D): Scalar;
  /** Stage 1. demonstrations: int32 [count, 1 + length], prompt and response -> a new model that writes such responses */
  supervise(config: ModelConfig, demonstrations: Tensor2D, options: TrainingOptions): Promise<ModelWeights>;
  /** Stage 2. chosen and rejected: int32 [pairs, 1 + length] -> a copy of the model, trained so that its score of a whole sequence predicts the choice */
  trainRewardModel(model: ModelWeights, chosen: Tensor2D, rejected: Tensor2D, options: TrainingOptions): Promise<ModelWeights>;
  /** Stage 3. A copy of the model, trained to earn the reward model's scores without going far from the model -> the policy */
  ppo(model: ModelWeights, rewardModel: ModelWeights, options: PPOOptions): Promise<ModelWeights>;
  /** Given: ln p of all tokens but the first; tokens: int32 [batch, time] -> [batch, time - 1] */
  logProbabilities(weights: ModelWeights, tokens: Tensor2D): Tensor2D;
  /** Given: the number at the last place; tokens: int32 [batch, time] -> [batch] */
  scores(weights: ModelWeights, tokens: Tensor2D): Tensor1D;
  /** Given: responses of a policy, for prompts drawn at random -> int32 [count, 1 + length] */
  sample(policy: ModelWeights, count: number, length: number, seed: number): Promise<Tensor2D>;
}
