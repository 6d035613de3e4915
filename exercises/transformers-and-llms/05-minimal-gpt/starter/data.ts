/** From text to tokens and back, and from tokens to windows. Given. */
import * as tf from "@tensorflow/tfjs";
import type { random } from "practicum";

/** A token for every character that occurs in the text. */
export class CharacterTokenizer {
  /** A character's place is its token. */
  readonly characters: readonly string[];
  readonly #tokens: ReadonlyMap<string, number>;

  constructor(text: string) {
    this.characters = [...new Set(text)].sort();
    this.#tokens = new Map(this.characters.map((character, token) => [character, token]));
  }

  /** Characters that the text did not have are left out. */
  encode(text: string): number[] {
    return [...text].flatMap((character) => this.#tokens.get(character) ?? []);
  }

  decode(tokens: readonly number[]): string {
    return tokens.map((token) => this.characters[token]).join("");
  }
}

/**
 * `count` stretches of the text, each from a place drawn at random.
 * @param tokens int32 [length]
 * @returns int32 [count, length of a window]
 */
export function randomWindows(tokens: tf.Tensor1D, count: number, length: number, stream: ReturnType<typeof random>): tf.Tensor2D {
  const starts = Array.from({ length: count }, () => stream.integer(0, tokens.size - length));
  const places = starts.flatMap((start) => Array.from({ length }, (_, i) => start + i));
  return tf.tidy(() => tokens.gather(tf.tensor2d(places, [count, length], "int32")) as tf.Tensor as tf.Tensor2D);
}
