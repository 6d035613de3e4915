import * as tf from "@tensorflow/tfjs";
import { notWrittenYet, random } from "practicum";
import { crossEntropy, gelu, initialWeights, languageModel, oneHot, randomWindows } from "./model.ts";
import type { LayerSizes, ModelConfig, ModelWeights, MoEWeights, Routing, TrainingOptions } from "./surface.ts";

/**
 * Decides where each token goes.
 * @param x [tokens, width]
 * @param router [width, experts]
 */
export function route(x: tf.Tensor2D, router: tf.Tensor2D): Routing {
  // TODO: probabilities, the most probable expert, its probability
  return notWrittenYet();
}

/**
 * The load-balancing loss.
 * @param probabilities [tokens, experts]
 * @param expert int32 [tokens]
 * @returns a scalar; 1 where the load is even
 */
export function balanceLoss(probabilities: tf.Tensor2D, expert: tf.Tensor1D): tf.Scalar {
  // TODO: each expert's share of the tokens, times its share of the probability; `oneHot` is given
  return notWrittenYet();
}

/**
 * One layer of experts.
 * @param x [tokens, width]
 * @returns output [tokens, width] in the order of x, and the routing
 */
export function moeLayer(x: tf.Tensor2D, weights: MoEWeights): { output: tf.Tensor2D; routing: Routing } {
  // TODO: route, let the chosen expert answer, multiply by the gate; `gelu` is given
  return notWrittenYet();
}

/** Parameters of one layer of experts, the router included: in all, and those that take part in the answer for one token. */
export function parameterCount(sizes: LayerSizes): { total: number; active: number } {
  // TODO: a router, and experts of two linear layers with biases
  return notWrittenYet();
}

/**
 * Trains a new model with Adam.
 * @param tokens the text, int32 [length]
 * @returns the trained weights
 */
export async function train(config: ModelConfig, tokens: tf.Tensor1D, options: TrainingOptions): Promise<ModelWeights> {
  // TODO: `initialWeights`, Adam, and await onStart; then in every step: new windows of context + 1 tokens, cross-entropy and balance, one step of the optimizer, and await onStep
  return notWrittenYet();
}

// Given: the model with your layer in it.
export const logits = (weights: ModelWeights, tokens: tf.Tensor2D): tf.Tensor3D => languageModel(weights, tokens, moeLayer).logits;
export const expertsOf = (weights: ModelWeights, tokens: tf.Tensor2D): tf.Tensor1D => languageModel(weights, tokens, moeLayer).routing.expert;
