import type { Optimizer, Scalar, Tensor, Tensor2D, Tensor3D } from "@tensorflow/tfjs";

/** The sizes of a GPT. */
export interface GPTConfig {
  /** Number of different tokens. */
  readonly vocabulary: number;
  /** Longest sequence that the model can read, in tokens. */
  readonly context: number;
  /** Width of the residual stream, d; a multiple of `heads`. */
  readonly width: number;
  readonly heads: number;
  /** Number of blocks, L. */
  readonly layers: number;
}

/** A model in training or trained; `gpt.ts` has it. */
export interface Model {
  readonly config: GPTConfig;
  /** tokens: int32 [batch, time] -> [batch, time, vocabulary] */
  logits(tokens: Tensor2D): Tensor3D;
  /** Mean cross-entropy of the next token; windows: int32 [batch, time + 1] -> scalar, in nats */
  loss(windows: Tensor2D): Scalar;
  /** Every weight, by name. */
  weights(): Record<string, Tensor>;
}

/** What a training consists of at any step. */
export interface TrainingState {
  readonly model: Model;
  readonly optimizer: Optimizer;
}

/** Where the text comes from. */
export interface TextOptions {
  /** Chooses the source. */
  readonly source: number;
  /** Windows in each step. */
  readonly batch: number;
}

export interface TrainingOptions {
  /** Number of optimizer steps. */
  readonly steps: number;
  /** Of Adam, at its highest; `schedule` in `data.ts` says what it is at each step. */
  readonly learningRate: number;
  /** Decides the weights that training starts from. */
  readonly seed: number;
  /** To be awaited before the first step: puts back what an interrupted training had reached, and gives the number of steps that it has behind it. */
  readonly onStart?: (state: TrainingState) => Promise<number>;
  /** To be awaited after every step: the step counted from 1, the loss of its windows in nats. */
  readonly onStep?: (step: number, loss: number, state: TrainingState) => Promise<void>;
}

/** What a batch of held-out windows cost. */
export interface BatchLoss {
  /** Mean cross-entropy over the batch's tokens, in nats. */
  readonly loss: number;
  /** How many tokens that is the mean of. */
  readonly tokens: number;
}

/** One trained model: a point of the plot. */
export interface Measurement {
  /** N */
  readonly parameters: number;
  /** Held-out loss, in nats per token. */
  readonly loss: number;
}

/** L(N) = floor + (scale / N)^exponent */
export interface PowerLaw {
  /** alpha, positive where larger models are better. */
  readonly exponent: number;
  /** N_c, in parameters: where the reducible loss is 1 nat. */
  readonly scale: number;
}

export interface Surface {
  /** N = 12 L d^2: parameters of the blocks' matrices, without embeddings. */
  blockParameters(config: GPTConfig): number;
  /** Trains a GPT with Adam, on new text in every step. */
  train(config: GPTConfig, text: TextOptions, options: TrainingOptions): Promise<Model>;
  /** Mean over all tokens of all batches, in nats per token. */
  meanLoss(batches: readonly BatchLoss[]): number;
  /** Least squares of ln(loss - floor) over ln N; floor: the source's own loss, in nats per token. */
  fitPowerLaw(measurements: readonly Measurement[], floor: number): PowerLaw;
  /** The loss that the law expects of a model of that size, in nats per token. */
  predictLoss(law: PowerLaw, floor: number, parameters: number): number;
}
