// Sends each token to its expert and to no other: tokens are sorted by expert, every expert answers its own, and the answers are put back in order.
import * as tf from "@tensorflow/tfjs";
import { random } from "practicum";
import { crossEntropy, gelu, initialWeights, languageModel, oneHot, randomWindows } from "./model.ts";
import type { LayerSizes, ModelConfig, ModelWeights, MoEWeights, Routing, TrainingOptions } from "./surface.ts";

export const route = (x: tf.Tensor2D, router: tf.Tensor2D): Routing => {
  const scores = x.matMul(router) as tf.Tensor2D;
  const probabilities = tf.exp<tf.Tensor2D>(tf.logSoftmax(scores));
  const expert = tf.argMax<tf.Tensor1D>(scores, 1);
  return { probabilities, expert, gate: probabilities.mul(oneHot(expert, router.shape[1])).sum(1) };
};

export const balanceLoss = (probabilities: tf.Tensor2D, expert: tf.Tensor1D): tf.Scalar => {
  const [tokens, experts] = probabilities.shape;
  const counts = new Array<number>(experts).fill(0);
  for (const chosen of expert.dataSync()) counts[chosen] = (counts[chosen] as number) + 1;
  const wanted = probabilities.sum(0).div(tokens);
  return tf.dot(tf.tensor1d(counts).div(tokens), wanted).mul(experts) as tf.Scalar;
};

export function moeLayer(x: tf.Tensor2D, weights: MoEWeights): { output: tf.Tensor2D; routing: Routing } {
  const routing = route(x, weights.router);
  const chosen = Array.from(routing.expert.dataSync());
  const order: number[] = []; // place in the sorted list -> token
  const answers: tf.Tensor2D[] = [];
  for (let expert = 0; expert < weights.router.shape[1]; expert++) {
    const own = chosen.flatMap((c, token) => (c === expert ? [token] : []));
    if (own.length === 0) continue;
    order.push(...own);
    answers.push(answer(x.gather(tf.tensor1d(own, "int32")), weights, expert));
  }
  const place = order.reduce((places, token, at) => places.with(token, at), new Array<number>(order.length).fill(0)); // token -> place in the sorted list
  const inOrder = tf.concat(answers).gather(tf.tensor1d(place, "int32"));
  return { output: inOrder.mul(routing.gate.expandDims(1)), routing };
}

function answer(x: tf.Tensor2D, weights: MoEWeights, expert: number): tf.Tensor2D {
  const of = (stacked: tf.Tensor) => stacked.slice(expert, 1).squeeze([0]);
  const inner = gelu(x.matMul(of(weights.expandWeight)).add(of(weights.expandBias)));
  return inner.matMul(of(weights.contractWeight)).add(of(weights.contractBias));
}

export const parameterCount = ({ width: d, hidden: h, experts: E }: LayerSizes): { total: number; active: number } => {
  const active = d * E + 2 * d * h + h + d;
  return { active, total: active + (E - 1) * (2 * d * h + h + d) };
};

export async function train(config: ModelConfig, tokens: tf.Tensor1D, options: TrainingOptions): Promise<ModelWeights> {
  const weights = initialWeights(config, random(options.seed));
  const adam = tf.train.adam(options.learningRate);
  const done = (await options.onStart?.({ weights, optimizer: adam })) ?? 0;
  for (let step = done + 1; step <= options.steps; step++) {
    const windows = randomWindows(tokens, options.batch, config.context + 1, random(options.seed + step));
    const { value, grads } = tf.variableGrads(() => {
      const { logits, routing } = languageModel(weights, windows.slice([0, 0], [-1, config.context]), moeLayer);
      return tf.add<tf.Scalar>(crossEntropy(logits, windows), tf.mul(options.balance, balanceLoss(routing.probabilities, routing.expert)));
    });
    adam.applyGradients(Object.entries(grads).map(([name, tensor]) => ({ name, tensor })));
    const loss = (await value.data())[0] as number;
    tf.dispose([windows, value, grads]);
    await options.onStep?.(step, loss, weights);
  }
  return weights;
}

export const logits = (weights: ModelWeights, tokens: tf.Tensor2D): tf.Tensor3D => languageModel(weights, tokens, moeLayer).logits;
export const expertsOf = (weights: ModelWeights, tokens: tf.Tensor2D): tf.Tensor1D => languageModel(weights, tokens, moeLayer).routing.expert;
