/** Pairs of responses, and which of the two a judge prefers. Given. */
import * as tf from "@tensorflow/tfjs";
import type { random } from "practicum";
import { sample } from "./policy.ts";
import type { PolicyWeights, Preferences } from "./surface.ts";

type RandomStream = ReturnType<typeof random>;

/** A judge with a taste for certain tokens, another one for each prompt. The reward of a response is the sum of its tokens' worth. */
export class Judge {
  /** [prompt][token] */
  readonly #worth: readonly (readonly number[])[];

  constructor(vocabulary: number, stream: RandomStream) {
    this.#worth = Array.from({ length: vocabulary }, () => Array.from({ length: vocabulary }, () => stream.normal(0, 0.7)));
  }

  /** @param sequence prompt and response @param length tokens of the response that count */
  reward([prompt, ...response]: readonly number[], length = response.length): number {
    return response.slice(0, length).reduce((sum, token) => sum + (this.#worth[prompt as number]?.[token] as number), 0);
  }
}

/** Of each pair, how likely the judge was to choose as it did: what a perfect model of the judge would say. */
export interface JudgedPreferences extends Preferences {
  readonly probabilities: readonly number[];
}

/**
 * The policy answers each prompt twice; the judge prefers the first with probability σ(difference of rewards): Bradley and Terry (1952). So the better one
 * wins mostly, but not always. Responses end after 3 to `length` tokens.
 */
export async function drawPreferences(policy: PolicyWeights, judge: Judge, count: number, length: number, stream: RandomStream): Promise<JudgedPreferences> {
  const vocabulary = policy.tokenEmbedding.shape[0];
  const prompts = Array.from({ length: count }, () => stream.integer(0, vocabulary - 1));
  const [firsts, seconds] = [await sample(policy, prompts, length, stream), await sample(policy, prompts, length, stream)];
  const [a, b] = [await firsts.array(), await seconds.array()];
  tf.dispose([firsts, seconds]);
  const pairs = a.map((first, i) => {
    const both = [first, b[i] as number[]].map((sequence) => ({ sequence, length: stream.integer(3, length) }));
    const [x, y] = both.map((answer) => judge.reward(answer.sequence, answer.length)) as [number, number];
    const probability = 1 / (1 + Math.exp(y - x));
    const firstWins = stream.uniform() < probability;
    return { both: firstWins ? both : both.reverse(), probability: firstWins ? probability : 1 - probability };
  });
  const side = (which: 0 | 1) => pairs.map(({ both }) => both[which] as { sequence: number[]; length: number });
  const tokens = (which: 0 | 1) =>
    tf.tensor2d(
      side(which).map(({ sequence }) => sequence),
      undefined,
      "int32",
    );
  const mask = (which: 0 | 1) => tf.tensor2d(side(which).map((answer) => answer.sequence.map((_, t) => (t >= 1 && t <= answer.length ? 1 : 0))));
  return {
    chosen: tokens(0),
    chosenMask: mask(0),
    rejected: tokens(1),
    rejectedMask: mask(1),
    probabilities: pairs.map(({ probability }) => probability),
  };
}

/** `count` pairs, drawn at random. */
export function randomPairs({ chosen, chosenMask, rejected, rejectedMask }: Preferences, count: number, stream: RandomStream): Preferences {
  const rows = tf.tensor1d(
    Array.from({ length: count }, () => stream.integer(0, chosen.shape[0] - 1)),
    "int32",
  );
  const pick = (all: tf.Tensor2D) => tf.gather(all, rows);
  const pairs = { chosen: pick(chosen), chosenMask: pick(chosenMask), rejected: pick(rejected), rejectedMask: pick(rejectedMask) };
  rows.dispose();
  return pairs;
}
