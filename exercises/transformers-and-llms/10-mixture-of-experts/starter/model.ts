/** A small transformer of one block whose feed-forward network is the layer that you write. Given. */
import * as tf from "@tensorflow/tfjs";
import { layerNorm, type random } from "practicum";
import type { ModelConfig, ModelWeights, MoEWeights, Routing } from "./surface.ts";

type RandomStream = ReturnType<typeof random>;
/** A layer of experts: x [tokens, width] -> [tokens, width] */
type Layer = (x: tf.Tensor2D, weights: MoEWeights) => { output: tf.Tensor2D; routing: Routing };

/** tokens: int32 [batch, time] -> logits [batch, time, vocabulary], and where each of the batch * time tokens went */
export function languageModel(weights: ModelWeights, tokens: tf.Tensor2D, layer: Layer): { logits: tf.Tensor3D; routing: Routing } {
  const [batch, time] = tokens.shape;
  const [vocabulary, width] = weights.tokenEmbedding.shape;
  const start = tf.gather(weights.tokenEmbedding, tokens).add<tf.Tensor3D>(weights.positionEmbedding.slice(0, time)); // [batch, time, width]
  const attended = start.add(attention(layerNorm(start), weights)).reshape<tf.Tensor2D>([batch * time, width]);
  const { output, routing } = layer(layerNorm(attended), weights.experts);
  const end = layerNorm(attended.add<tf.Tensor2D>(output)); // [batch * time, width]
  return { logits: tf.matMul(end, weights.tokenEmbedding, false, true).reshape([batch, time, vocabulary]), routing };
}

/** Causal attention of one head; x: [batch, time, width] -> [batch, time, width] */
function attention(x: tf.Tensor3D, { queryKeyValue, projection }: ModelWeights): tf.Tensor3D {
  const [batch, time, width] = x.shape;
  const product = tf.matMul(x.reshape<tf.Tensor2D>([batch * time, width]), queryKeyValue).reshape<tf.Tensor3D>([batch, time, 3 * width]);
  const [q, k, v] = tf.split(product, 3, -1) as [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D]; // [batch, time, width] each
  const future = tf.linalg
    .bandPart(tf.ones([time, time]), -1, 0)
    .sub(1)
    .mul(1e9); // [query, key]
  const scores = tf.matMul(q, k, false, true).div(Math.sqrt(width)).add<tf.Tensor3D>(future); // [batch, query, key]
  const mixed = tf.matMul(tf.softmax(scores), v).reshape<tf.Tensor2D>([batch * time, width]);
  return tf.matMul(mixed, projection).reshape([batch, time, width]);
}

/** The approximation by tanh; x: any shape */
export function gelu<T extends tf.Tensor>(x: T): T {
  const inner = tf.mul(tf.add(x, tf.mul(tf.pow(x, 3), 0.044715)), Math.sqrt(2 / Math.PI));
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(inner), 1));
}

/** 1 at the expert of each token, else 0: int32 [tokens] -> float32 [tokens, experts]. `tf.oneHot` would refuse a single expert. */
export function oneHot(expert: tf.Tensor1D, experts: number): tf.Tensor2D {
  return tf.oneHot(expert, Math.max(2, experts)).toFloat().slice([0, 0], [expert.size, experts]) as tf.Tensor2D;
}

/** Mean cross-entropy of the next token; logits: [batch, time, vocabulary] of the first tokens of windows: int32 [batch, time + 1] -> a scalar, in nats */
export function crossEntropy(logits: tf.Tensor3D, windows: tf.Tensor2D): tf.Scalar {
  const [batch, time, vocabulary] = logits.shape;
  const right = tf.oneHot(windows.slice([0, 1], [batch, time]), vocabulary);
  return tf.logSoftmax(logits).mul(right).sum(-1).mean<tf.Scalar>().neg();
}

/** Variables, which an optimizer changes in place. */
export function initialWeights({ vocabulary, context, width, hidden, experts }: ModelConfig, stream: RandomStream): ModelWeights {
  const normals = <T extends tf.Tensor>(shape: number[], deviation: number): T =>
    tf.variable(
      tf.tensor(
        Array.from({ length: shape.reduce((n, d) => n * d, 1) }, () => stream.normal(0, deviation)),
        shape,
      ),
    ) as tf.Tensor as T;
  const zeros = (shape: number[]): tf.Tensor2D => tf.variable(tf.zeros(shape)) as tf.Tensor as tf.Tensor2D;
  return {
    tokenEmbedding: normals([vocabulary, width], 0.5),
    positionEmbedding: normals([context, width], 0.1),
    queryKeyValue: normals([width, 3 * width], 1 / Math.sqrt(width)),
    projection: normals([width, width], 0.1 / Math.sqrt(width)),
    experts: {
      router: normals([width, experts], 1 / Math.sqrt(width)),
      expandWeight: normals([experts, width, hidden], 1 / Math.sqrt(width)),
      expandBias: zeros([experts, hidden]),
      contractWeight: normals([experts, hidden, width], 1 / Math.sqrt(hidden)),
      contractBias: zeros([experts, width]),
    },
  };
}

/** `count` stretches of the text, each from a place drawn at random: int32 [count, length of a window] */
export function randomWindows(tokens: tf.Tensor1D, count: number, length: number, stream: RandomStream): tf.Tensor2D {
  const starts = Array.from({ length: count }, () => stream.integer(0, tokens.size - length));
  const places = starts.flatMap((start) => Array.from({ length }, (_, i) => start + i));
  return tf.tidy(() => tokens.gather(tf.tensor2d(places, [count, length], "int32")) as tf.Tensor as tf.Tensor2D);
}
