/** A GPT, all but its attention. It is given. */
import * as tf from "@tensorflow/tfjs";
import type { random } from "practicum";
import type { BlockWeights, GPTConfig, GPTWeights } from "./surface.ts";

/** Attention over all heads: q, k, v: [batch, heads, new, dim] -> [batch, heads, new, dim] */
export type Attend = (q: tf.Tensor4D, k: tf.Tensor4D, v: tf.Tensor4D) => tf.Tensor4D;

/**
 * The residual stream at its beginning.
 * @param tokens int32 [batch, new]
 * @param start position of the first of them, counted from 0
 * @returns [batch, new, width]
 */
export function embed({ tokenEmbedding, positionEmbedding }: GPTWeights, tokens: tf.Tensor2D, start: number): tf.Tensor3D {
  const places = positionEmbedding.slice(start, tokens.shape[1]); // [new, width]
  return tf.gather(tokenEmbedding, tokens).add(places);
}

/** A pre-LN block that attends as it is told; x: [batch, new, width] -> [batch, new, width] */
export function block(x: tf.Tensor3D, weights: BlockWeights, heads: number, attend: Attend): tf.Tensor3D {
  const [batch, time, width] = x.shape;
  const perHead = (t: tf.Tensor) => t.reshape([batch, time, heads, width / heads]).transpose<tf.Tensor4D>([0, 2, 1, 3]);
  const [q, k, v] = tf.tidy(() => tf.split(times(layerNorm(x, weights.attentionGain), weights.queryKeyValue), 3, -1).map(perHead)) as [
    tf.Tensor4D,
    tf.Tensor4D,
    tf.Tensor4D,
  ];
  const mixed = attend(q, k, v);
  return tf.tidy(() => {
    const sideBySide = mixed.transpose([0, 2, 1, 3]).reshape<tf.Tensor3D>([batch, time, width]);
    const attended = x.add<tf.Tensor3D>(times(sideBySide, weights.projection));
    const hidden = gelu(times(layerNorm(attended, weights.feedForwardGain), weights.expand)); // [batch, new, 4 * width]
    return attended.add(times(hidden, weights.contract));
  });
}

/** x: [batch, new, width], the stream after the last block -> [batch, new, vocabulary] */
export function logitsOf(x: tf.Tensor3D, { finalGain, tokenEmbedding }: GPTWeights): tf.Tensor3D {
  return times(layerNorm(x, finalGain), tokenEmbedding.transpose());
}

/** x: [..., in], matrix: [in, out] -> [..., out] */
function times(x: tf.Tensor, matrix: tf.Tensor2D): tf.Tensor3D {
  return x
    .reshape<tf.Tensor2D>([-1, matrix.shape[0]])
    .matMul(matrix)
    .reshape([...x.shape.slice(0, -1), matrix.shape[1]]);
}

function layerNorm(x: tf.Tensor3D, gain: tf.Tensor1D): tf.Tensor3D {
  const { mean, variance } = tf.moments(x, -1, true); // [batch, new, 1]
  return x.sub(mean).mul(variance.add(1e-5).rsqrt()).mul(gain);
}

/** The approximation by tanh that GPT-2 uses: Hendrycks and Gimpel, "Gaussian Error Linear Units" (2016). */
const gelu = (x: tf.Tensor3D): tf.Tensor3D =>
  x.mul(0.5).mul(
    x
      .pow(3)
      .mul(0.044715)
      .add(x)
      .mul(Math.sqrt(2 / Math.PI))
      .tanh()
      .add(1),
  );

/** Untrained weights: caching is exact, whatever they are. */
export function randomWeights({ vocabulary, context, width, layers }: GPTConfig, stream: ReturnType<typeof random>): GPTWeights {
  const matrix = (rows: number, columns: number) => stream.normals([rows, columns], 0, 1 / Math.sqrt(rows)) as tf.Tensor2D;
  const gain = () => tf.ones([width]) as tf.Tensor1D;
  return {
    tokenEmbedding: matrix(vocabulary, width),
    positionEmbedding: matrix(context, width),
    blocks: Array.from({ length: layers }, () => ({
      attentionGain: gain(),
      queryKeyValue: matrix(width, 3 * width),
      projection: matrix(width, width),
      feedForwardGain: gain(),
      expand: matrix(width, 4 * width),
      contract: matrix(4 * width, width),
    })),
    finalGain: gain(),
  };
}
