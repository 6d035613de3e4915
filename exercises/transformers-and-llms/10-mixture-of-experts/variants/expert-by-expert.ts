// One expert after the other, each adds its answers where it was chosen; windows in order instead of at random.
import * as tf from "@tensorflow/tfjs";
import { random } from "practicum";
import { crossEntropy, gelu, initialWeights, languageModel, oneHot } from "./model.ts";
import type { LayerSizes, ModelConfig, ModelWeights, MoEWeights, Routing, TrainingOptions } from "./surface.ts";

export function route(x: tf.Tensor2D, router: tf.Tensor2D): Routing {
  const scores = tf.matMul(x, router);
  const powers = scores.sub(scores.max(1, true)).exp();
  const probabilities = powers.div<tf.Tensor2D>(powers.sum(1, true));
  return { probabilities, expert: tf.argMax(probabilities, 1), gate: tf.max(probabilities, 1) };
}

export function balanceLoss(probabilities: tf.Tensor2D, expert: tf.Tensor1D): tf.Scalar {
  const [tokens, experts] = probabilities.shape;
  const chosen = oneHot(expert, experts);
  const products = tf.mul(chosen.sum(0), probabilities.sum(0)); // [experts]: both not yet divided by the number of tokens
  return tf.sum<tf.Scalar>(products).mul(experts / tokens ** 2);
}

export function moeLayer(x: tf.Tensor2D, weights: MoEWeights): { output: tf.Tensor2D; routing: Routing } {
  const [tokens, width] = x.shape;
  const routing = route(x, weights.router);
  const masks = oneHot(routing.expert, weights.router.shape[1]); // [tokens, experts]
  let output = tf.zeros<tf.Rank.R2>([tokens, width]);
  for (const [expert, expandWeight] of tf.unstack(weights.expandWeight).entries()) {
    const row = (stacked: tf.Tensor2D) => stacked.gather(tf.tensor1d([expert], "int32")); // [1, n]
    const contractWeight = tf.unstack(weights.contractWeight)[expert] as tf.Tensor2D;
    const inner = gelu(tf.matMul(x, expandWeight as tf.Tensor2D).add<tf.Tensor2D>(row(weights.expandBias)));
    const answers = tf.matMul(inner, contractWeight).add(row(weights.contractBias));
    output = output.add(answers.mul(masks.slice([0, expert], [tokens, 1])));
  }
  return { output: output.mul(routing.gate.reshape([tokens, 1])), routing };
}

export function parameterCount({ width, hidden, experts }: LayerSizes): { total: number; active: number } {
  const shapes = [[width, hidden], [hidden], [hidden, width], [width]];
  const expert = shapes.reduce((sum, shape) => sum + shape.reduce((n, d) => n * d, 1), 0);
  return { total: experts * (expert + width), active: expert + experts * width };
}

export async function train(
  config: ModelConfig,
  tokens: tf.Tensor1D,
  { steps, batch, learningRate, balance, seed, onStart, onStep }: TrainingOptions,
): Promise<ModelWeights> {
  const weights = initialWeights(config, random(seed));
  const optimizer = tf.train.adam(learningRate, 0.9, 0.99);
  const done = (await onStart?.({ weights, optimizer })) ?? 0;
  const length = config.context + 1;
  const first = random(seed).integer(0, tokens.size - length);
  for (let step = done + 1; step <= steps; step++) {
    const loss = tf.tidy(() => {
      const starts = Array.from({ length: batch }, (_, i) => (first + ((step - 1) * batch + i) * config.context) % (tokens.size - length + 1));
      const windows = tf.stack(starts.map((start) => tokens.slice(start, length))) as tf.Tensor2D;
      return optimizer.minimize(() => {
        const { logits, routing } = languageModel(weights, windows.slice([0, 0], [batch, config.context]), moeLayer);
        return tf.addN([crossEntropy(logits, windows), balanceLoss(routing.probabilities, routing.expert).mul(balance)]) as tf.Scalar;
      }, true) as tf.Scalar;
    });
    const [value] = await loss.data();
    loss.dispose();
    await onStep?.(step, value as number, weights);
  }
  return weights;
}

export const logits = (weights: ModelWeights, tokens: tf.Tensor2D): tf.Tensor3D => languageModel(weights, tokens, moeLayer).logits;
export const expertsOf = (weights: ModelWeights, tokens: tf.Tensor2D): tf.Tensor1D => languageModel(weights, tokens, moeLayer).routing.expert;
