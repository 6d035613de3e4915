// Slow and literal: one head at a time, whole sequences cut out of the windows by slices, targets picked by a mask, windows in order instead of at random.
import * as tf from "@tensorflow/tfjs";
import { random } from "practicum";
import { gelu, linear } from "./layers.ts";
import type { BlockWeights, GPTConfig, GPTWeights, NormWeights, TrainingOptions } from "./surface.ts";
import { initialWeights } from "./weights.ts";

export function layerNorm(x: tf.Tensor3D, { gain, bias }: NormWeights): tf.Tensor3D {
  const width = x.shape[2];
  const offset = x.sub(x.sum(2, true).div(width));
  const deviation = tf.sqrt(tf.pow(offset, 2).sum(2, true).div(width).add(0.00001));
  return tf.add(tf.mul(gain, tf.div(offset, deviation)), bias);
}

export function causalAttention(q: tf.Tensor4D, k: tf.Tensor4D, v: tf.Tensor4D): tf.Tensor4D {
  const [, , time, dim] = q.shape;
  const future = tf.tensor2d(Array.from({ length: time }, (_, query) => Array.from({ length: time }, (_, key) => (key > query ? -1e30 : 0))));
  const scores = tf
    .matMul(q, k.transpose<tf.Tensor4D>([0, 1, 3, 2]))
    .mul(1 / Math.sqrt(dim))
    .add(future);
  const powers = scores.sub(scores.max(-1, true)).exp();
  return tf.matMul(powers.div<tf.Tensor4D>(powers.sum(-1, true)), v);
}

export function block(x: tf.Tensor3D, weights: BlockWeights, heads: number): tf.Tensor3D {
  const [batch, time, width] = x.shape;
  const dim = width / heads;
  const qkv = linear(layerNorm(x, weights.attentionNorm), weights.queryKeyValue); // [batch, time, 3 * width]
  const part = (which: number, head: number) => qkv.slice([0, 0, which * width + head * dim], [batch, time, dim]).expandDims<tf.Tensor4D>(1); // [batch, 1, time, dim]
  const mixed = Array.from({ length: heads }, (_, head) => causalAttention(part(0, head), part(1, head), part(2, head)).squeeze<tf.Tensor3D>([1]));
  const middle = tf.add<tf.Tensor3D>(x, linear(tf.concat(mixed, 2), weights.projection));
  const hidden = gelu(linear(layerNorm(middle, weights.feedForwardNorm), weights.expand));
  return tf.add(middle, linear(hidden, weights.contract));
}

export function logits(
  { tokenEmbedding, positionEmbedding, blocks, finalNorm }: GPTWeights,
  { vocabulary, heads }: GPTConfig,
  tokens: tf.Tensor2D,
): tf.Tensor3D {
  const ones = tf.oneHot(tokens, vocabulary); // [batch, time, vocabulary]
  const positions = positionEmbedding.slice([0, 0], [tokens.shape[1], -1]);
  let x = linear(ones as tf.Tensor3D, { weight: tokenEmbedding }).add<tf.Tensor3D>(positions);
  for (const weights of blocks) x = block(x, weights, heads);
  return linear(layerNorm(x, finalNorm), { weight: tf.transpose(tokenEmbedding) });
}

export function nextTokenLoss(weights: GPTWeights, config: GPTConfig, windows: tf.Tensor2D): tf.Scalar {
  const time = windows.shape[1] - 1;
  const scores = logits(weights, config, windows.slice([0, 0], [-1, time])); // [batch, time, vocabulary]
  const right = tf.oneHot(windows.slice([0, 1], [-1, time]), config.vocabulary);
  return tf.logSumExp(scores, -1).sub(scores.mul(right).sum(-1)).mean();
}

export function perplexity(loss: number): number {
  return Math.exp(loss);
}

export async function train(
  config: GPTConfig,
  tokens: tf.Tensor1D,
  { steps, batch, learningRate, seed, onStart, onStep }: TrainingOptions,
): Promise<GPTWeights> {
  const weights = initialWeights(config, random(seed));
  const optimizer = tf.train.adam(learningRate, 0.9, 0.99);
  const done = (await onStart?.({ weights, optimizer })) ?? 0;
  const length = config.context + 1;
  for (let step = done + 1; step <= steps; step++) {
    const starts = Array.from({ length: batch }, (_, i) => (((step - 1) * batch + i) * config.context) % (tokens.size - length + 1));
    const loss = tf.tidy(() => {
      const windows = tf.stack(starts.map((start) => tokens.slice(start, length))) as tf.Tensor2D;
      return optimizer.minimize(() => nextTokenLoss(weights, config, windows), true) as tf.Scalar;
    });
    const [value] = await loss.data();
    loss.dispose();
    await onStep?.(step, value as number, weights);
  }
  return weights;
}
