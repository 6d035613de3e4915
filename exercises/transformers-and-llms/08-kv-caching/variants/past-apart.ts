// Scores of the past and of the new positions are computed apart; a class keeps the cache; a mask by comparing positions.
import * as tf from "@tensorflow/tfjs";
import { block, embed, logitsOf } from "./model.ts";
import type { Attended, GPTConfig, GPTWeights, KeysAndValues, Session } from "./surface.ts";

export const cachedAttention = (q: tf.Tensor4D, k: tf.Tensor4D, v: tf.Tensor4D, past?: KeysAndValues): Attended => {
  const [, , count, dim] = q.shape;
  const scaled = q.mul<tf.Tensor4D>(dim ** -0.5);
  const positions = tf.range(0, count);
  const future = tf.greater(positions.expandDims(0), positions.expandDims(1)); // [query, key]
  const toNew = tf.matMul(scaled, k, false, true);
  const own = tf.where(future, tf.fill(toNew.shape, -Infinity), toNew); // [batch, heads, new, new]
  if (!past) return { mixed: tf.matMul(tf.softmax(own as tf.Tensor4D), v), keys: k, values: v };
  const toPast = tf.matMul(scaled, past.keys, false, true); // [batch, heads, new, past]
  const weights = tf.softmax(tf.concat([toPast, own], -1));
  const [ofPast, ofNew] = tf.split(weights, [toPast.shape[3] as number, count], -1) as [tf.Tensor4D, tf.Tensor4D];
  const mixed = tf.matMul(ofPast, past.values).add<tf.Tensor4D>(tf.matMul(ofNew, v));
  return { mixed, keys: tf.concat([past.keys, k], 2), values: tf.concat([past.values, v], 2) };
};

class CachedSession implements Session {
  readonly #weights: GPTWeights;
  readonly #heads: number;
  readonly #layers = new Map<number, KeysAndValues>();

  constructor(weights: GPTWeights, heads: number) {
    this.#weights = weights;
    this.#heads = heads;
  }

  append(tokens: tf.Tensor2D): tf.Tensor3D {
    const length = this.#layers.get(0)?.keys.shape[2] ?? 0; // before the first layer appends to it
    const start = embed(this.#weights, tokens, length);
    const end = this.#weights.blocks.reduce((x, weights, layer) => block(x, weights, this.#heads, (q, k, v) => this.#attend(layer, q, k, v)), start);
    return logitsOf(end, this.#weights);
  }

  #attend(layer: number, q: tf.Tensor4D, k: tf.Tensor4D, v: tf.Tensor4D): tf.Tensor4D {
    const { mixed, keys, values } = cachedAttention(q, k, v, this.#layers.get(layer));
    this.#layers.set(layer, { keys, values });
    return mixed;
  }
}

export const startSession = (weights: GPTWeights, { heads }: GPTConfig): Session => new CachedSession(weights, heads);

export const generate = (weights: GPTWeights, config: GPTConfig, prompt: tf.Tensor2D, count: number): tf.Tensor2D => {
  const session = startSession(weights, config);
  const lastOf = (logits: tf.Tensor3D): tf.Tensor2D => tf.split(logits, logits.shape[1], 1).at(-1)?.argMax(-1) as tf.Tensor2D; // [batch, 1]
  let text = lastOf(session.append(prompt));
  for (let written = 1; written < count; written++) {
    const newest = text.slice([0, written - 1], [-1, 1]);
    text = tf.concat([text, lastOf(session.append(newest))], 1);
  }
  return text;
};
