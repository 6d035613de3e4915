// Your mask is a number that a large score outweighs: the future shows through. Add -1e9 or -Infinity where it is hidden.
import * as tf from "@tensorflow/tfjs";
import { block, embed, logitsOf } from "./model.ts";
import type { Attended, GPTConfig, GPTWeights, KeysAndValues, Session } from "./surface.ts";

export function cachedAttention(q: tf.Tensor4D, k: tf.Tensor4D, v: tf.Tensor4D, past?: KeysAndValues): Attended {
  const keys = past ? tf.concat([past.keys, k], 2) : k; // [batch, heads, past + new, dim]
  const values = past ? tf.concat([past.values, v], 2) : v;
  const [count, dim] = q.shape.slice(2) as [number, number];
  const before = keys.shape[2] - count; // positions of the past
  const scores = tf.matMul(q, keys, false, true).div(Math.sqrt(dim)); // [batch, heads, new, past + new]
  const seen = tf.linalg.bandPart(tf.ones([count, before + count]), -1, before); // 1 where key <= before + query, else 0
  const weights = tf.softmax(scores.add<tf.Tensor4D>(seen.sub(1).mul(100)));
  return { mixed: tf.matMul(weights, values), keys, values };
}

export function startSession(weights: GPTWeights, { heads }: GPTConfig): Session {
  let length = 0; // positions that were read
  let cache: KeysAndValues[] = []; // one for each layer, once something was read

  function read(tokens: tf.Tensor2D) {
    const grown: KeysAndValues[] = [];
    let x = embed(weights, tokens, length); // [batch, new, width]
    for (const [layer, ofBlock] of weights.blocks.entries()) {
      x = block(x, ofBlock, heads, (q, k, v) => {
        const { mixed, keys, values } = tf.tidy(() => cachedAttention(q, k, v, cache[layer])); // frees the scores
        grown.push({ keys, values });
        return mixed;
      });
    }
    return { logits: logitsOf(x, weights), grown };
  }

  return {
    append(tokens) {
      const { logits, grown } = tf.tidy(() => read(tokens)); // frees all but these
      tf.dispose(cache);
      cache = grown;
      length += tokens.shape[1];
      return logits;
    },
  };
}

export function generate(weights: GPTWeights, config: GPTConfig, prompt: tf.Tensor2D, count: number): tf.Tensor2D {
  return tf.tidy(() => {
    const session = startSession(weights, config);
    const written: tf.Tensor2D[] = [];
    let tokens = prompt; // what the session has not read yet
    while (written.length < count) {
      tokens = likeliest(session.append(tokens));
      written.push(tokens);
    }
    return tf.concat(written, 1); // [batch, count]
  });
}

/** The token that the last position expects; logits: [batch, new, vocabulary] -> int32 [batch, 1] */
function likeliest(logits: tf.Tensor3D): tf.Tensor2D {
  const [batch, time, vocabulary] = logits.shape;
  return logits.slice([0, time - 1, 0], [batch, 1, vocabulary]).argMax(-1);
}
