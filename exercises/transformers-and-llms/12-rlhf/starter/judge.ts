/** Where the demonstrations come from, and who chooses between responses. Given. */
import * as tf from "@tensorflow/tfjs";
import { corpus, type random } from "practicum";

type RandomStream = ReturnType<typeof random>;

/** Pieces of a text of known entropy: what a good writer writes. int32 [count, 1 + length] */
export function demonstrate(count: number, length: number, vocabulary: number, seed: number): { demonstrations: tf.Tensor2D; entropy: number } {
  const { text, alphabet, entropyRate } = corpus.generate(count * (1 + length), { seed, symbols: vocabulary, order: 1 });
  const tokens = Array.from(text, (symbol) => alphabet.indexOf(symbol));
  return { demonstrations: tf.tensor2d(tokens, [count, 1 + length], "int32"), entropy: entropyRate };
}

/** Likes some tokens and dislikes others. The reward of a response is the sum of its tokens' worth. */
export class Judge {
  readonly #worth: readonly number[];
  readonly #stream: RandomStream;

  constructor(vocabulary: number, stream: RandomStream) {
    this.#worth = Array.from({ length: vocabulary }, () => stream.normal(0, 0.7));
    this.#stream = stream;
  }

  reward([, ...response]: readonly number[]): number {
    return response.reduce((sum, token) => sum + (this.#worth[token] as number), 0);
  }

  /** Chooses between a[i] and b[i] by Bradley and Terry: int32 [pairs, 1 + length] each. @returns also what the choices cost one who knows the judge, in nats */
  async choose(a: tf.Tensor2D, b: tf.Tensor2D): Promise<{ chosen: tf.Tensor2D; rejected: tf.Tensor2D; loss: number }> {
    const [first, second] = [(await a.array()) as number[][], (await b.array()) as number[][]];
    let loss = 0;
    const pairs = first.map((x, i) => {
      const y = second[i] as number[];
      const probability = 1 / (1 + Math.exp(this.reward(y) - this.reward(x)));
      const wins = this.#stream.uniform() < probability;
      loss -= Math.log(wins ? probability : 1 - probability) / first.length;
      return wins ? [x, y] : [y, x];
    });
    const side = (which: 0 | 1) =>
      tf.tensor2d(
        pairs.map((pair) => pair[which] as number[]),
        undefined,
        "int32",
      );
    return { chosen: side(0), rejected: side(1), loss };
  }
}
