// As a learner may write it from nanoGPT: separate helpers, masked by `where`, loss by tfjs's own softmax cross-entropy, explicit gradients.
import * as tf from "@tensorflow/tfjs";
import { random } from "practicum";
import { randomWindows } from "./data.ts";
import { gelu, linear } from "./layers.ts";
import type { BlockWeights, GPTConfig, GPTWeights, NormWeights, TrainingOptions } from "./surface.ts";
import { initialWeights } from "./weights.ts";

export function layerNorm(x: tf.Tensor3D, w: NormWeights): tf.Tensor3D {
  return tf.tidy(() => {
    const { mean, variance } = tf.moments(x, -1, true);
    return x
      .sub(mean)
      .mul(tf.rsqrt(variance.add(1e-5)))
      .mul(w.gain)
      .add<tf.Tensor3D>(w.bias);
  });
}

export const causalAttention = (q: tf.Tensor4D, k: tf.Tensor4D, v: tf.Tensor4D): tf.Tensor4D =>
  tf.tidy(() => {
    const time = q.shape[2];
    const scaled = q.mul<tf.Tensor4D>(q.shape[3] ** -0.5);
    const place = tf.range(0, time, 1, "int32");
    const visible = tf.lessEqual(place.reshape([1, time]), place.reshape([time, 1])); // [query, key]
    const scores = tf.where(visible.broadcastTo([...q.shape.slice(0, 2), time, time]), tf.matMul(scaled, k, false, true), tf.scalar(Number.NEGATIVE_INFINITY));
    return tf.matMul(tf.softmax(scores) as tf.Tensor4D, v);
  });

export function block(x: tf.Tensor3D, w: BlockWeights, heads: number): tf.Tensor3D {
  return tf.tidy(() => {
    const [batch, time, width] = x.shape;
    const qkv = linear(layerNorm(x, w.attentionNorm), w.queryKeyValue)
      .reshape([batch, time, 3, heads, width / heads])
      .transpose([2, 0, 3, 1, 4]); // [3, batch, heads, time, dim]
    const [q, k, v] = tf.unstack(qkv) as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];
    const mixed = causalAttention(q, k, v).transpose([0, 2, 1, 3]).reshape<tf.Tensor3D>(x.shape);
    const middle = x.add<tf.Tensor3D>(linear(mixed, w.projection));
    return middle.add(linear(gelu(linear(layerNorm(middle, w.feedForwardNorm), w.expand)), w.contract));
  });
}

export function logits(weights: GPTWeights, config: GPTConfig, tokens: tf.Tensor2D): tf.Tensor3D {
  return tf.tidy(() => {
    const [batch, time] = tokens.shape;
    const positions = tf.tile(tf.range(0, time, 1, "int32").reshape<tf.Tensor2D>([1, time]), [batch, 1]); // [batch, time]
    let x = tf.add<tf.Tensor3D>(tf.gather(weights.tokenEmbedding, tokens), tf.gather(weights.positionEmbedding, positions));
    for (const w of weights.blocks) x = block(x, w, config.heads);
    const rows = layerNorm(x, weights.finalNorm).reshape<tf.Tensor2D>([batch * time, config.width]);
    return tf.matMul(rows, weights.tokenEmbedding, false, true).reshape([batch, time, config.vocabulary]);
  });
}

export function nextTokenLoss(weights: GPTWeights, config: GPTConfig, windows: tf.Tensor2D): tf.Scalar {
  return tf.tidy(() => {
    const time = (windows.shape[1] as number) - 1;
    const [inputs] = tf.split(windows, [time, 1], 1) as [tf.Tensor2D];
    const [, targets] = tf.split(windows, [1, time], 1) as [tf.Tensor2D, tf.Tensor2D];
    return tf.losses.softmaxCrossEntropy(tf.oneHot(targets, config.vocabulary), logits(weights, config, inputs)) as tf.Scalar;
  });
}

export const perplexity = (loss: number): number => Math.E ** loss;

export async function train(config: GPTConfig, tokens: tf.Tensor1D, options: TrainingOptions): Promise<GPTWeights> {
  const weights = initialWeights(config, random(options.seed));
  const adam = tf.train.adam(options.learningRate);
  const done = (await options.onStart?.({ weights, optimizer: adam })) ?? 0;
  for (let step = done + 1; step <= options.steps; step++) {
    const windows = randomWindows(tokens, options.batch, config.context + 1, random(options.seed + step));
    const { value, grads } = tf.variableGrads(() => nextTokenLoss(weights, config, windows));
    adam.applyGradients(Object.entries(grads).map(([name, tensor]) => ({ name, tensor })));
    const loss = value.dataSync()[0] as number;
    tf.dispose([windows, value, grads]);
    await options.onStep?.(step, loss, weights);
  }
  return weights;
}
