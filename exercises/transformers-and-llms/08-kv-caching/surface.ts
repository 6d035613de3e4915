import type { Tensor1D, Tensor2D, Tensor3D, Tensor4D } from "@tensorflow/tfjs";

/** The sizes of a GPT. */
export interface GPTConfig {
  /** Number of different tokens. */
  readonly vocabulary: number;
  /** Longest sequence that the model can read, in tokens. */
  readonly context: number;
  /** Width of the residual stream; a multiple of `heads`. */
  readonly width: number;
  readonly heads: number;
  readonly layers: number;
}

/** Matrices of one block, [in, out] and without biases; gains of its layer norms. */
export interface BlockWeights {
  /** [width] */
  readonly attentionGain: Tensor1D;
  /** [width, 3 * width]: queries, keys, values */
  readonly queryKeyValue: Tensor2D;
  /** [width, width] */
  readonly projection: Tensor2D;
  /** [width] */
  readonly feedForwardGain: Tensor1D;
  /** [width, 4 * width] */
  readonly expand: Tensor2D;
  /** [4 * width, width] */
  readonly contract: Tensor2D;
}

export interface GPTWeights {
  /** [vocabulary, width]; its transpose makes the logits */
  readonly tokenEmbedding: Tensor2D;
  /** [context, width] */
  readonly positionEmbedding: Tensor2D;
  /** One for each layer, first layer first. */
  readonly blocks: readonly BlockWeights[];
  /** [width] */
  readonly finalGain: Tensor1D;
}

/** What is kept of the positions that one layer has read: [batch, heads, time, dim] each. A type, not an interface, as `tf.tidy` and `tf.dispose` take only these. */
export type KeysAndValues = { readonly keys: Tensor4D; readonly values: Tensor4D };

/** The answer of attention, [batch, heads, new, dim], and the cache afterwards: the past and the new positions, in order. */
export type Attended = KeysAndValues & { readonly mixed: Tensor4D };

/** A text in the making. What it has read, it need not be told again. */
export interface Session {
  /** Reads on; tokens: int32 [batch, new] -> logits of the new positions, [batch, new, vocabulary] */
  append(tokens: Tensor2D): Tensor3D;
}

export interface Surface {
  /** Causal attention of new positions to those of the past and to themselves; q, k, v: [batch, heads, new, dim]; without a past, the text begins here */
  cachedAttention(q: Tensor4D, k: Tensor4D, v: Tensor4D, past?: KeysAndValues): Attended;
  /** A session that has read nothing yet. */
  startSession(weights: GPTWeights, config: GPTConfig): Session;
  /** Writes on, always the likeliest token; prompt: int32 [batch, time] -> int32 [batch, count], without the prompt */
  generate(weights: GPTWeights, config: GPTConfig, prompt: Tensor2D, count: number): Tensor2D;
}
