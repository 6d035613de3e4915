// Your training repeats the steps that are already done: onStart gives how many there are, and the first of yours is the next one.
import * as tf from "@tensorflow/tfjs";
import { random } from "practicum";
import { crossEntropy, gelu, initialWeights, languageModel, oneHot, randomWindows } from "./model.ts";
import type { LayerSizes, ModelConfig, ModelWeights, MoEWeights, Routing, TrainingOptions } from "./surface.ts";

export function route(x: tf.Tensor2D, router: tf.Tensor2D): Routing {
  const probabilities = tf.softmax(tf.matMul<tf.Tensor2D>(x, router)); // [tokens, experts]
  return { probabilities, expert: probabilities.argMax(1), gate: probabilities.max(1) }; // through the gate the router learns
}

/** Smallest where every expert gets its equal share, both of the tokens and of the probability. */
export function balanceLoss(probabilities: tf.Tensor2D, expert: tf.Tensor1D): tf.Scalar {
  const experts = probabilities.shape[1];
  const load = oneHot(expert, experts).mean(0); // [experts], f: share of the tokens; counting has no gradient
  const wanted = probabilities.mean(0); // [experts], P: share of the probability; this one has
  return load.mul(wanted).sum<tf.Scalar>().mul(experts);
}

/** Every expert answers every token here, and all answers but one are multiplied by 0: simple, and the same numbers as sending each token to one expert. */
export function moeLayer(x: tf.Tensor2D, weights: MoEWeights): { output: tf.Tensor2D; routing: Routing } {
  const [tokens, width] = x.shape;
  const experts = weights.router.shape[1];
  const routing = route(x, weights.router);
  const copies = tf.tile(x.expandDims<tf.Tensor3D>(0), [experts, 1, 1]); // [experts, tokens, width]
  const inner = gelu(tf.matMul(copies, weights.expandWeight).add<tf.Tensor3D>(weights.expandBias.expandDims(1))); // [experts, tokens, hidden]
  const answers = tf.matMul(inner, weights.contractWeight).add(weights.contractBias.expandDims(1)); // [experts, tokens, width]
  const chosen = oneHot(routing.expert, experts).mul(routing.gate.expandDims(1)); // [tokens, experts]: the gate at one expert, 0 at the others
  const output = answers.mul(chosen.transpose().expandDims(2)).sum(0).reshape<tf.Tensor2D>([tokens, width]);
  return { output, routing };
}

export function parameterCount({ width, hidden, experts }: LayerSizes): { total: number; active: number } {
  const router = width * experts;
  const expert = width * hidden + hidden + hidden * width + width;
  return { total: router + experts * expert, active: router + expert };
}

export async function train(config: ModelConfig, tokens: tf.Tensor1D, options: TrainingOptions): Promise<ModelWeights> {
  const { steps, batch, learningRate, balance, seed, onStart, onStep } = options;
  const weights = initialWeights(config, random(seed));
  const optimizer = tf.train.adam(learningRate);
  await onStart?.({ weights, optimizer });
  for (let step = 1; step <= steps; step++) {
    const windows = randomWindows(tokens, batch, config.context + 1, random(seed + step)); // [batch, context + 1]
    const inputs = windows.slice([0, 0], [batch, config.context]); // [batch, context]
    const lossOfWindows = (): tf.Scalar => {
      const { logits, routing } = languageModel(weights, inputs, moeLayer);
      return crossEntropy(logits, windows).add(balanceLoss(routing.probabilities, routing.expert).mul(balance));
    };
    const loss = optimizer.minimize(lossOfWindows, true) as tf.Scalar;
    await onStep?.(step, (await loss.data())[0] as number, weights);
    tf.dispose([windows, inputs, loss]);
  }
  return weights;
}

export const logits = (weights: ModelWeights, tokens: tf.Tensor2D): tf.Tensor3D => languageModel(weights, tokens, moeLayer).logits;
export const expertsOf = (weights: ModelWeights, tokens: tf.Tensor2D): tf.Tensor1D => languageModel(weights, tokens, moeLayer).routing.expert;
