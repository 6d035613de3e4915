import type { Optimizer, Scalar, Tensor, Tensor2D, Tensor3D } from "@tensorflow/tfjs";

/** The sizes of a model's blocks. */
export interface Shape {
  /** L */
  readonly layers: number;
  /** Width of the residual stream, d; a multiple of `heads`. */
  readonly width: number;
  readonly heads: number;
}

export interface GPTConfig extends Shape {
  /** Number of different tokens. */
  readonly vocabulary: number;
  /** Longest sequence that the model can read, in tokens. */
  readonly context: number;
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

/** Called by `trainModel`; hand it on. */
export interface TrainingHooks {
  readonly onStart?: (state: TrainingState) => Promise<number>;
  readonly onStep?: (step: number, loss: number, state: TrainingState) => Promise<void>;
}

/** What stays the same for every budget. */
export interface Study extends TextOptions, TrainingHooks {
  readonly vocabulary: number;
  readonly context: number;
  /** Models to choose from. */
  readonly shapes: readonly Shape[];
  /** D / N: about 20 for Chinchilla. */
  readonly tokensPerParameter: number;
  /** Decides the weights that training starts from. */
  readonly seed: number;
}

export interface Allocation {
  /** N */
  readonly parameters: number;
  /** D, tokens to train on */
  readonly tokens: number;
}

/** A training that spends a budget. */
export interface Plan extends Allocation {
  readonly shape: Shape;
  /** Optimizer steps: a whole number. */
  readonly steps: number;
}

/** One trained model of a budget. */
export interface Measurement {
  /** N */
  readonly parameters: number;
  /** Held-out loss, in nats per token. */
  readonly loss: number;
}

/** y = coefficient * x^exponent */
export interface PowerLaw {
  readonly coefficient: number;
  readonly exponent: number;
}

export interface Surface {
  /** C = 6 N D, in FLOPs. */
  trainingFlops(parameters: number, tokens: number): number;
  /** The N and D that spend `flops` with D = tokensPerParameter * N; real numbers. */
  optimalAllocation(flops: number, tokensPerParameter: number): Allocation;
  /** The shape with the N nearest to the optimal one by ratio, and the tokens that it can read for `flops`. */
  planTraining(flops: number, study: Study): Plan;
  /** Trains a model by the plan. */
  trainOptimal(flops: number, study: Study): Promise<{ readonly plan: Plan; readonly model: Model }>;
  /** The lowest point of the parabola in ln N that fits the measurements of one budget best: its N and its loss. */
  fitIsoFlop(measurements: readonly Measurement[]): Measurement;
  /** Least squares of ln y over ln x; points: [x, y], both positive. */
  fitPowerLaw(points: readonly (readonly [number, number])[]): PowerLaw;
}
