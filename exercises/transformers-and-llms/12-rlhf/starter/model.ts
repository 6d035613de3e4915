/** A causal transformer with two heads, the same for policy and reward model. Given. */
import * as tf from "@tensorflow/tfjs";
import { layerNorm, random } from "practicum";
import type { ModelConfig, ModelWeights } from "./surface.ts";

type RandomStream = ReturnType<typeof random>;

/** ln p of all tokens but the first; tokens: int32 [batch, time] -> [batch, time - 1] */
export function logProbabilities(weights: ModelWeights, tokens: tf.Tensor2D): tf.Tensor2D {
  const [batch, time] = tokens.shape;
  const expected = tf.logSoftmax(logits(weights, tokens.slice([0, 0], [batch, time - 1]))); // [batch, time - 1, vocabulary]
  const next = tf.oneHot(tokens.slice([0, 1], [batch, time - 1]), weights.tokenEmbedding.shape[0]);
  return expected.mul(next).sum(2);
}

/** The value of each state: after token t, before token t + 1, which there is none of after the last; tokens: int32 [batch, time] -> [batch, time - 1] */
export function values(weights: ModelWeights, tokens: tf.Tensor2D): tf.Tensor2D {
  const [batch, time] = tokens.shape;
  return numbers(weights, tokens.slice([0, 0], [batch, time - 1]));
}

/** The number at the last place; tokens: int32 [batch, time] -> [batch] */
export function scores(weights: ModelWeights, tokens: tf.Tensor2D): tf.Tensor1D {
  const [batch, time] = tokens.shape;
  return numbers(weights, tokens)
    .slice([0, time - 1], [batch, 1])
    .reshape([batch]);
}

/** A policy's responses to prompts of one token, drawn at random -> int32 [count, 1 + length] */
export async function sample(policy: ModelWeights, count: number, length: number, seed: number): Promise<tf.Tensor2D> {
  const stream = random(seed);
  const vocabulary = policy.tokenEmbedding.shape[0];
  const sequences = Array.from({ length: count }, () => [stream.integer(0, vocabulary - 1)]);
  for (let t = 0; t < length; t++) {
    const last = tf.tidy(() =>
      logits(policy, tf.tensor2d(sequences, undefined, "int32"))
        .slice([0, t, 0], [count, 1, vocabulary])
        .reshape([count, vocabulary]),
    );
    const rows = (await last.array()) as number[][];
    last.dispose();
    for (const [i, row] of rows.entries()) sequences[i]?.push(stream.categorical({ logits: row }));
  }
  return tf.tensor2d(sequences, undefined, "int32");
}

/** Variables, which an optimizer changes in place. Two heads of attention; the number is 0 at first. */
export function initialWeights({ vocabulary, context, width, layers }: ModelConfig, stream: RandomStream): ModelWeights {
  const normals = (rows: number, columns: number, deviation: number): tf.Tensor2D => {
    const numbers = Array.from({ length: rows * columns }, () => stream.normal(0, deviation));
    return tf.variable(tf.tensor2d(numbers, [rows, columns])) as tf.Tensor as tf.Tensor2D;
  };
  const into = 1 / Math.sqrt(width);
  return {
    tokenEmbedding: normals(vocabulary, width, 0.3),
    positionEmbedding: normals(context, width, 0.3),
    blocks: Array.from({ length: layers }, () => ({
      queryKeyValue: normals(width, 3 * width, into),
      projection: normals(width, width, into / Math.sqrt(2 * layers)),
      expand: normals(width, 4 * width, into),
      contract: normals(4 * width, width, into / Math.sqrt(8 * layers)),
    })),
    scalarHead: tf.variable(tf.zeros([width, 1])) as tf.Tensor as tf.Tensor2D,
  };
}

/** The same weights as variables of their own; the original stays as it is. */
export function copyOf(weights: ModelWeights): ModelWeights {
  const copy = (weight: tf.Tensor2D): tf.Tensor2D => tf.variable(weight.clone()) as tf.Tensor as tf.Tensor2D;
  return {
    tokenEmbedding: copy(weights.tokenEmbedding),
    positionEmbedding: copy(weights.positionEmbedding),
    blocks: weights.blocks.map(({ queryKeyValue, projection, expand, contract }) => ({
      queryKeyValue: copy(queryKeyValue),
      projection: copy(projection),
      expand: copy(expand),
      contract: copy(contract),
    })),
    scalarHead: copy(weights.scalarHead),
  };
}

/** [batch, time] -> [batch, time, vocabulary] */
function logits(weights: ModelWeights, tokens: tf.Tensor2D): tf.Tensor3D {
  const [batch, time] = tokens.shape;
  return tf.matMul(states(weights, tokens), weights.tokenEmbedding, false, true).reshape([batch, time, -1]);
}

/** [batch, time] -> [batch, time] */
const numbers = (weights: ModelWeights, tokens: tf.Tensor2D): tf.Tensor2D => tf.matMul(states(weights, tokens), weights.scalarHead).reshape(tokens.shape);

/** What the transformer makes of each place: [batch, time] -> [batch * time, width] */
function states(weights: ModelWeights, tokens: tf.Tensor2D): tf.Tensor2D {
  const [batch, time] = tokens.shape;
  const width = weights.tokenEmbedding.shape[1];
  const start = tf.gather(weights.tokenEmbedding, tokens).add(weights.positionEmbedding.slice(0, time)); // [batch, time, width]
  let x = start.reshape<tf.Tensor2D>([batch * time, width]);
  for (const block of weights.blocks) {
    const mixed = attention(tf.matMul(layerNorm(x), block.queryKeyValue), batch, time); // [batch * time, width]
    x = x.add(tf.matMul(mixed, block.projection));
    x = x.add(tf.matMul(tf.relu(tf.matMul(layerNorm(x), block.expand)), block.contract));
  }
  return layerNorm(x);
}

/** Causal attention of two heads; [batch * time, 3 * width] -> [batch * time, width] */
function attention(queryKeyValue: tf.Tensor2D, batch: number, time: number): tf.Tensor2D {
  const width = queryKeyValue.shape[1] / 3;
  const parts = queryKeyValue.reshape([batch, time, 3, 2, width / 2]).transpose([2, 0, 3, 1, 4]); // [3, batch, head, time, dim]
  const [q, k, v] = tf.unstack(parts) as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];
  const future = tf.linalg
    .bandPart(tf.ones([time, time]), -1, 0)
    .sub(1)
    .mul(1e9); // [query, key]
  const weights = tf.softmax(
    tf
      .matMul(q, k, false, true)
      .div(Math.sqrt(width / 2))
      .add<tf.Tensor4D>(future),
  );
  return tf
    .matMul(weights, v)
    .transpose([0, 2, 1, 3])
    .reshape([batch * time, width]);
}
