import * as tf from "@tensorflow/tfjs";
import { notWrittenYet } from "practicum";
import { block, embed, logitsOf } from "./model.ts";
import type { Attended, GPTConfig, GPTWeights, KeysAndValues, Session } from "./surface.ts";

/**
 * Causal attention of new positions to all before them and to themselves.
 * @param q queries of the new positions, [batch, heads, new, dim]; so are their keys k and values v
 * @param past keys and values of the positions before, [batch, heads, past, dim] each; none where the text begins
 * @returns the mixed values of the new positions, [batch, heads, new, dim], and the cache afterwards, [batch, heads, past + new, dim] each
 */
export function cachedAttention(q: tf.Tensor4D, k: tf.Tensor4D, v: tf.Tensor4D, past?: KeysAndValues): Attended {
  // TODO: attention as in a minimal GPT, but with fewer queries than keys
  return notWrittenYet();
}

/**
 * A session that has read nothing yet. It keeps what its layers need of the text so far.
 * @returns an object with `append(tokens)`: int32 [batch, new] -> [batch, new, vocabulary]
 */
export function startSession(weights: GPTWeights, config: GPTConfig): Session {
  // TODO: `append` runs `embed`, each `block` with `cachedAttention`, and `logitsOf`, on the new tokens only
  return notWrittenYet();
}

/**
 * Writes on, always the likeliest token.
 * @param prompt int32 [batch, time]
 * @param count tokens to write
 * @returns int32 [batch, count], without the prompt
 */
export function generate(weights: GPTWeights, config: GPTConfig, prompt: tf.Tensor2D, count: number): tf.Tensor2D {
  // TODO: read the prompt once, then one token at a time
  return notWrittenYet();
}
