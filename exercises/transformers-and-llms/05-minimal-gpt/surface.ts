import type { Optimizer, Scalar, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from "@tensorflow/tfjs";

/** The sizes of a GPT. */
export interface GPTConfig {
  /** Number of different tokens. */
  readonly vocabulary: number;
  /** Longest sequence that the model can read, in tokens. */
  readonly context: number;
  /** Width of the residual stream, d_model; a multiple of `heads`. */
  readonly width: number;
  readonly heads: number;
  readonly layers: number;
}

/** The weights of one block. */
export interface BlockWeights {
  /** Layer norm before attention. */
  readonly attentionNorm: NormWeights;
  /** Query, key and value in one product: weight [width, 3 * width], bias [3 * width]. The first `width` columns make the queries, the next the keys, the last the values. */
  readonly queryKeyValue: LinearWeights;
  /** After the heads are side by side again: weight [width, width], bias [width]. */
  readonly projection: LinearWeights;
  /** Layer norm before the feed-forward network. */
  readonly feedForwardNorm: NormWeights;
  /** weight [width, 4 * width], bias [4 * width]. GELU follows. */
  readonly expand: LinearWeights;
  /** weight [4 * width, width], bias [width] */
  readonly contract: LinearWeights;
}

export interface NormWeights {
  /** [width] */
  readonly gain: Tensor1D;
  /** [width] */
  readonly bias: Tensor1D;
}

export interface LinearWeights {
  /** [in, out] */
  readonly weight: Tensor2D;
  /** [out] */
  readonly bias: Tensor1D;
}

export interface GPTWeights {
  /** [vocabulary, width]. Its transpose turns the last layer into logits: the two are tied, as in GPT-2. */
  readonly tokenEmbedding: Tensor2D;
  /** [context, width] */
  readonly positionEmbedding: Tensor2D;
  /** One for each layer, first layer first. */
  readonly blocks: readonly BlockWeights[];
  /** Layer norm after the last block. */
  readonly finalNorm: NormWeights;
}

/** What a training consists of at any step. */
export interface TrainingState {
  readonly weights: GPTWeights;
  readonly optimizer: Optimizer;
}

export interface TrainingOptions {
  /** Number of optimizer steps. */
  readonly steps: number;
  /** Windows in each step. */
  readonly batch: number;
  /** Of Adam. */
  readonly learningRate: number;
  /** Decides the initial weights and the windows. */
  readonly seed: number;
  /** To be awaited before the first step: puts back what an interrupted training had reached, and gives the number of steps that it has behind it. */
  readonly onStart?: (state: TrainingState) => Promise<number>;
  /** To be awaited after every step: the step counted from 1, the loss of its windows in nats, the weights after it. */
  readonly onStep?: (step: number, loss: number, weights: GPTWeights) => Promise<void>;
}

export interface Surface {
  /** Layer norm of each position; x: [batch, time, width] -> [batch, time, width] */
  layerNorm(x: Tensor3D, weights: NormWeights): Tensor3D;
  /** Causal scaled dot-product attention; q, k, v: [batch, heads, time, dim] -> [batch, heads, time, dim] */
  causalAttention(q: Tensor4D, k: Tensor4D, v: Tensor4D): Tensor4D;
  /** One pre-LN block; x: [batch, time, width] -> [batch, time, width] */
  block(x: Tensor3D, weights: BlockWeights, heads: number): Tensor3D;
  /** tokens: int32 [batch, time] with time <= context -> [batch, time, vocabulary] */
  logits(weights: GPTWeights, config: GPTConfig, tokens: Tensor2D): Tensor3D;
  /** Mean cross-entropy of each window's next token; windows: int32 [batch, time + 1] -> scalar, in nats */
  nextTokenLoss(weights: GPTWeights, config: GPTConfig, windows: Tensor2D): Scalar;
  /** loss: mean cross-entropy in nats */
  perplexity(loss: number): number;
  /** tokens: int32 [length], the text to learn -> the trained weights */
  train(config: GPTConfig, tokens: Tensor1D, options: TrainingOptions): Promise<GPTWeights>;
}
