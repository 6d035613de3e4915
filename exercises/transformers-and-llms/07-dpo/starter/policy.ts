/** A small language model: a response token depends on the prompt, on the token before and on its position. Given. */
import * as tf from "@tensorflow/tfjs";
import type { random } from "practicum";
import type { PolicyWeights } from "./surface.ts";

type RandomStream = ReturnType<typeof random>;

/** What the policy expects after each position; tokens: int32 [batch, time], the first of each row is the prompt -> [batch, time, vocabulary] */
export function logits({ promptEmbedding, tokenEmbedding, positionEmbedding, outputWeight, outputBias }: PolicyWeights, tokens: tf.Tensor2D): tf.Tensor3D {
  const [batch, time] = tokens.shape;
  const [vocabulary, width] = tokenEmbedding.shape;
  const prompts = tf.gather(promptEmbedding, tokens.slice([0, 0], [batch, 1])); // [batch, 1, width]
  const seen = tf.gather(tokenEmbedding, tokens).add(prompts).add(positionEmbedding.slice(0, time)); // [batch, time, width]
  const hidden = tf.tanh(seen).reshape<tf.Tensor2D>([batch * time, width]);
  return tf.matMul(hidden, outputWeight).add(outputBias).reshape([batch, time, vocabulary]);
}

/** A policy with opinions of its own, as if it had been fine-tuned before. */
export function randomPolicy(vocabulary: number, context: number, width: number, stream: RandomStream): PolicyWeights {
  const normals = (rows: number, columns: number, deviation: number) =>
    tf.tensor2d(
      Array.from({ length: rows * columns }, () => stream.normal(0, deviation)),
      [rows, columns],
    );
  return {
    promptEmbedding: normals(vocabulary, width, 0.5),
    tokenEmbedding: normals(vocabulary, width, 0.5),
    positionEmbedding: normals(context, width, 0.5),
    outputWeight: normals(width, vocabulary, 1 / Math.sqrt(width)),
    outputBias: tf.zeros([vocabulary]),
  };
}

/** The same weights as variables, which an optimizer changes in place; the original stays as it is. */
export const copyOf = (weights: PolicyWeights): PolicyWeights =>
  Object.fromEntries(Object.entries(weights).map(([name, weight]) => [name, tf.variable(weight.clone())])) as unknown as PolicyWeights;

/**
 * Lets the policy answer, token by token.
 * @param prompts one token each
 * @returns int32 [prompts, 1 + length]
 */
export async function sample(policy: PolicyWeights, prompts: readonly number[], length: number, stream: RandomStream): Promise<tf.Tensor2D> {
  const sequences = prompts.map((prompt) => [prompt]);
  for (let t = 0; t < length; t++) {
    const next = tf.tidy(() => {
      const expected = logits(policy, tf.tensor2d(sequences, undefined, "int32")); // [prompts, t + 1, vocabulary]
      return tf.softmax(expected.slice([0, t, 0], [-1, 1, -1]).squeeze<tf.Tensor2D>([1])); // [prompts, vocabulary]
    });
    const rows = (await next.array()) as number[][];
    next.dispose();
    for (const [i, row] of rows.entries()) sequences[i]?.push(drawFrom(row, stream.uniform()));
  }
  return tf.tensor2d(sequences, undefined, "int32");
}

function drawFrom(probabilities: readonly number[], u: number): number {
  let below = 0;
  for (const [token, probability] of probabilities.entries()) {
    below += probability;
    if (u < below) return token;
  }
  return probabilities.length - 1; // rounding: the sum may end a little below 1
}
