// You make a new optimizer in every step: Adam forgets what it knows of the gradients, and takes each step as if it were the first.
import * as tf from "@tensorflow/tfjs";
import { random } from "practicum";
import { randomWindows } from "./data.ts";
import { gelu, linear } from "./layers.ts";
import type { BlockWeights, GPTConfig, GPTWeights, NormWeights, TrainingOptions } from "./surface.ts";
import { initialWeights } from "./weights.ts";

/** Of the layer norms, as in GPT-2: no division by 0 where all of a vector is equal. */
const EPSILON = 1e-5;

/** Each vector of the last axis gets mean 0 and variance 1, then a gain and a bias of its own for each dimension. */
export function layerNorm(x: tf.Tensor3D, { gain, bias }: NormWeights): tf.Tensor3D {
  const centred = x.sub(x.mean(-1, true)); // [batch, time, width]
  const variance = centred.square().mean(-1, true); // [batch, time, 1]
  return centred.div(variance.add(EPSILON).sqrt()).mul(gain).add(bias);
}

/** softmax(q kᵀ / √dim) v, where each position looks at itself and its past only. */
export function causalAttention(q: tf.Tensor4D, k: tf.Tensor4D, v: tf.Tensor4D): tf.Tensor4D {
  const [, , time, dim] = q.shape;
  const scores = tf.matMul(q, k, false, true).div(Math.sqrt(dim)); // [batch, heads, query, key]
  const past = tf.linalg.bandPart(tf.ones([time, time]), -1, 0); // [query, key]: 1 where key <= query, else 0
  const masked = scores.add<tf.Tensor4D>(past.sub(1).mul(1e9)); // the future at -1e9: no weight after the softmax, no share in its sum
  const weights = tf.softmax(masked); // [batch, heads, query, key], each row sums to 1
  return tf.matMul(weights, v); // [batch, heads, time, dim]
}

/** Each half reads a normalised copy of the residual stream and adds its answer to the stream itself. */
export function block(x: tf.Tensor3D, weights: BlockWeights, heads: number): tf.Tensor3D {
  const attended = x.add<tf.Tensor3D>(selfAttention(layerNorm(x, weights.attentionNorm), weights, heads));
  return attended.add(feedForward(layerNorm(attended, weights.feedForwardNorm), weights)); // [batch, time, width]
}

function selfAttention(x: tf.Tensor3D, weights: BlockWeights, heads: number): tf.Tensor3D {
  const [batch, time, width] = x.shape;
  const perHead = (t: tf.Tensor3D) => t.reshape([batch, time, heads, width / heads]).transpose<tf.Tensor4D>([0, 2, 1, 3]); // [batch, heads, time, dim]
  const [q, k, v] = tf.split(linear(x, weights.queryKeyValue), 3, -1) as [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D]; // [batch, time, width] each
  const mixed = causalAttention(perHead(q), perHead(k), perHead(v)).transpose([0, 2, 1, 3]); // [batch, time, heads, dim]
  return linear(mixed.reshape<tf.Tensor3D>([batch, time, width]), weights.projection); // [batch, time, width]
}

function feedForward(x: tf.Tensor3D, weights: BlockWeights): tf.Tensor3D {
  return linear(gelu(linear(x, weights.expand)), weights.contract); // width -> 4 * width -> width
}

export function logits(weights: GPTWeights, { heads }: GPTConfig, tokens: tf.Tensor2D): tf.Tensor3D {
  const [, time] = tokens.shape;
  const meaning = tf.gather(weights.tokenEmbedding, tokens); // [batch, time, width]
  const place = weights.positionEmbedding.slice(0, time); // [time, width], the same for each sequence of the batch
  const start = meaning.add<tf.Tensor3D>(place);
  const end = weights.blocks.reduce((x, w) => block(x, w, heads), start); // [batch, time, width]
  return linear(layerNorm(end, weights.finalNorm), { weight: weights.tokenEmbedding.transpose() }); // [batch, time, vocabulary]
}

/** A window of time + 1 tokens asks `time` questions at once: after tokens 0..t, which is token t + 1? */
export function nextTokenLoss(weights: GPTWeights, config: GPTConfig, windows: tf.Tensor2D): tf.Scalar {
  const [batch, length] = windows.shape;
  const inputs = windows.slice([0, 0], [batch, length - 1]); // [batch, time]
  const targets = windows.slice([0, 1], [batch, length - 1]); // [batch, time], one token later
  const logProbabilities = tf.logSoftmax(logits(weights, config, inputs)); // [batch, time, vocabulary]
  const right = tf.oneHot(targets, config.vocabulary); // 1 at the token that came, else 0
  return logProbabilities.mul(right).sum(-1).mean<tf.Scalar>().neg(); // nats
}

/** Among how many equally likely tokens a model with this loss might as well choose. */
export function perplexity(loss: number): number {
  return Math.exp(loss);
}

export async function train(
  config: GPTConfig,
  tokens: tf.Tensor1D,
  { steps, batch, learningRate, seed, onStart, onStep }: TrainingOptions,
): Promise<GPTWeights> {
  const weights = initialWeights(config, random(seed));
  let optimizer = tf.train.adam(learningRate);
  const done = (await onStart?.({ weights, optimizer })) ?? 0;
  for (let step = done + 1; step <= steps; step++) {
    if (step > done + 1) optimizer = tf.train.adam(learningRate);
    const windows = randomWindows(tokens, batch, config.context + 1, random(seed + step)); // [batch, context + 1]
    const loss = optimizer.minimize(() => nextTokenLoss(weights, config, windows), true) as tf.Scalar;
    await onStep?.(step, (await loss.data())[0] as number, weights);
    tf.dispose([windows, loss]);
  }
  return weights;
}
