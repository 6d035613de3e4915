import * as tf from "@tensorflow/tfjs";
import { notWrittenYet, random } from "practicum";
import { randomWindows } from "./data.ts";
import { gelu, linear } from "./layers.ts";
import type { BlockWeights, GPTConfig, GPTWeights, NormWeights, TrainingOptions } from "./surface.ts";
import { initialWeights } from "./weights.ts";

/**
 * Each vector of the last axis gets mean 0 and variance 1, then a gain and a bias of its own for each dimension. ε is 1e-5.
 * @param x float32 [batch, time, width]
 * @returns [batch, time, width]
 */
export function layerNorm(x: tf.Tensor3D, weights: NormWeights): tf.Tensor3D {
  // TODO: mean, variance, both over the width, then gain and bias
  return notWrittenYet();
}

/**
 * Scaled dot-product attention of every head, where each position looks at itself and its past only.
 * @param q queries, float32 [batch, heads, time, dim]; so are the keys k and the values v
 * @returns [batch, heads, time, dim]
 */
export function causalAttention(q: tf.Tensor4D, k: tf.Tensor4D, v: tf.Tensor4D): tf.Tensor4D {
  // TODO: scores, scale, mask, softmax, mixture of the values
  return notWrittenYet();
}

/**
 * One pre-LN block: attention, then the feed-forward network.
 * @param x the residual stream, float32 [batch, time, width]
 * @returns the residual stream after the block, [batch, time, width]
 */
export function block(x: tf.Tensor3D, weights: BlockWeights, heads: number): tf.Tensor3D {
  // TODO: both halves; `linear` and `gelu` are given
  return notWrittenYet();
}

/**
 * What the model expects after each position.
 * @param tokens int32 [batch, time], time <= config.context
 * @returns [batch, time, vocabulary]: at [b, t, :], scores for the token after tokens[b, 0..t]
 */
export function logits(weights: GPTWeights, config: GPTConfig, tokens: tf.Tensor2D): tf.Tensor3D {
  // TODO: embeddings, blocks, final norm, tied output
  return notWrittenYet();
}

/**
 * Mean cross-entropy of the next token over all positions of all windows.
 * @param windows int32 [batch, time + 1]
 * @returns a scalar, in nats
 */
export function nextTokenLoss(weights: GPTWeights, config: GPTConfig, windows: tf.Tensor2D): tf.Scalar {
  // TODO: inputs, targets, cross-entropy
  return notWrittenYet();
}

/** @param loss mean cross-entropy in nats */
export function perplexity(loss: number): number {
  // TODO
  return notWrittenYet();
}

/**
 * Trains a new model with Adam.
 * @param tokens the text, int32 [length]
 * @returns the trained weights
 */
export async function train(config: GPTConfig, tokens: tf.Tensor1D, options: TrainingOptions): Promise<GPTWeights> {
  // TODO: `initialWeights`, Adam, and await onStart; then in every step: new windows of context + 1 tokens, one step of the optimizer, and await onStep
  return notWrittenYet();
}
