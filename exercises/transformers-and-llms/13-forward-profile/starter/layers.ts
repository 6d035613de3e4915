/** The parts of a GPT, as in exercise 05. Given. What each computes on the way is freed when it is done (`tf.tidy`): at full scale it is gigabytes. */
import * as tf from "@tensorflow/tfjs";
import { trace } from "practicum";
import type { BlockWeights, GPTWeights, LinearWeights, NormWeights } from "./surface.ts";

/** tokens: int32 [batch, time] -> [batch, time, width] */
export function embed({ tokenEmbedding, positionEmbedding }: GPTWeights, tokens: tf.Tensor2D): tf.Tensor3D {
  const [batch, time] = tokens.shape;
  const meaning = tf.gather(tokenEmbedding, tokens.flatten()).reshape([batch, time, tokenEmbedding.shape[1]]); // [batch, time, width]
  return meaning.add(positionEmbedding.slice(0, time));
}

/** Each vector of the last axis gets mean 0 and variance 1, then gain and bias; [batch, time, width] -> the same */
export function layerNorm(x: tf.Tensor3D, { gain, bias }: NormWeights): tf.Tensor3D {
  return tf.tidy(() => {
    const centred = x.sub(x.mean(-1, true));
    return centred.mul(centred.square().mean(-1, true).add(1e-5).rsqrt()).mul(gain).add(bias);
  });
}

/** Causal attention of every head, and the projection; [batch, time, width] -> the same */
export function attention(x: tf.Tensor3D, { queryKeyValue, projection }: BlockWeights, heads: number): tf.Tensor3D {
  return tf.tidy(() => {
    const [batch, time, width] = x.shape;
    const perHead = (t: tf.Tensor3D) => t.reshape([batch, time, heads, width / heads]).transpose<tf.Tensor4D>([0, 2, 1, 3]); // [batch, heads, time, dim]
    const [q, k, v] = tf.split(linear(x, queryKeyValue), 3, -1) as [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D];
    const future = tf.sub(1, tf.linalg.bandPart(tf.ones([time, time]), -1, 0)); // [query, key]: 1 where key > query
    const scores = tf
      .matMul(perHead(q), perHead(k), false, true)
      .mul(Math.sqrt(heads / width))
      .sub<tf.Tensor4D>(future.mul(1e9)); // [batch, heads, query, key]
    const mixed = tf.matMul(tf.softmax(scores), perHead(v)).transpose([0, 2, 1, 3]); // [batch, time, heads, dim]
    return linear(mixed.reshape<tf.Tensor3D>([batch, time, width]), projection);
  });
}

/** width -> 4 * width -> width; [batch, time, width] -> the same */
export function feedForward(x: tf.Tensor3D, { expand, contract }: BlockWeights): tf.Tensor3D {
  return tf.tidy(() => linear(gelu(linear(x, expand)), contract));
}

/** [batch, time, width] -> logits [batch, time, vocabulary] */
export function output(x: tf.Tensor3D, { tokenEmbedding }: GPTWeights): tf.Tensor3D {
  const [batch, time, width] = x.shape;
  return tf.matMul(x.reshape<tf.Tensor2D>([batch * time, width]), tokenEmbedding, false, true).reshape([batch, time, tokenEmbedding.shape[0]]);
}

/**
 * Waits until the device has computed it. A GPU is told what to do and answers later: a span that does not wait measures the telling. The wait is a span
 * within it, "finished".
 * @returns x itself
 */
export function finished<T extends tf.Tensor>(x: T): Promise<T> {
  return trace.span("finished", async () => {
    if (tf.getBackend() === "webgpu") await x.data();
    return x;
  });
}

function linear(x: tf.Tensor3D, { weight, bias }: LinearWeights): tf.Tensor3D {
  const rows = x.reshape<tf.Tensor2D>([-1, weight.shape[0]]); // [batch * time, in]
  return tf.matMul(rows, weight).add(bias).reshape([x.shape[0], x.shape[1], weight.shape[1]]);
}

/** By tanh: Hendrycks and Gimpel, "Gaussian Error Linear Units" (2016). */
const gelu = (x: tf.Tensor3D): tf.Tensor3D =>
  x.mul(0.5).mul(
    x
      .add(x.mul(x).mul(x).mul(0.044715))
      .mul(Math.sqrt(2 / Math.PI))
      .tanh()
      .add(1),
  );
