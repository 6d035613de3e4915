// Your session gives the right answers, but computes the whole text anew at every call: keep keys and values, and run the new tokens only.
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
  const weights = tf.softmax(scores.add<tf.Tensor4D>(seen.sub(1).mul(1e9)));
  return { mixed: tf.matMul(weights, values), keys, values };
}

export function startSession(weights: GPTWeights, { heads }: GPTConfig): Session {
  function read(tokens: tf.Tensor2D) {
    const grown: KeysAndValues[] = [];
    let x = embed(weights, tokens, 0); // [batch, new, width]
    for (const ofBlock of weights.blocks) {
      x = block(x, ofBlock, heads, (q, k, v) => {
        const { mixed, keys, values } = tf.tidy(() => cachedAttention(q, k, v)); // frees the scores
        grown.push({ keys, values });
        return mixed;
      });
    }
    return { logits: logitsOf(x, weights), grown };
  }

  let text: tf.Tensor2D | undefined; // [batch, time], all that was read
  return {
    append(tokens) {
      const whole = text ? tf.concat([text, tokens], 1) : tf.clone(tokens);
      text?.dispose();
      text = whole;
      return tf.tidy(() => read(whole).logits.slice([0, whole.shape[1] - tokens.shape[1], 0], [-1, tokens.shape[1], -1]));
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
