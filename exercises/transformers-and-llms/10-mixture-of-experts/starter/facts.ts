/** A text to learn by heart: every two tokens in a row decide which one comes next, by a table of random facts. Given. */
import type { random } from "practicum";

type RandomStream = ReturnType<typeof random>;

export class Facts {
  readonly #table: readonly number[];
  readonly #stream: RandomStream;
  readonly #vocabulary: number;
  /** Share of the tokens that are drawn at random instead. */
  readonly #noise: number;

  constructor(vocabulary: number, noise: number, stream: RandomStream) {
    this.#table = Array.from({ length: vocabulary ** 2 }, () => stream.integer(0, vocabulary - 1));
    this.#stream = stream;
    this.#vocabulary = vocabulary;
    this.#noise = noise;
  }

  /** Nats per token that even a model that knows all facts cannot predict: it is right with probability 1 - noise + noise / V, and cannot tell the other tokens apart. */
  get entropy(): number {
    const other = this.#noise / this.#vocabulary;
    const right = 1 - this.#noise + other;
    return -right * Math.log(right) - (this.#vocabulary - 1) * other * Math.log(other);
  }

  /** What is written later is text that was not seen before, about the same facts. */
  write(length: number): Int32Array {
    const text = new Int32Array(length);
    for (let i = 0; i < length; i++)
      text[i] = i < 2 || this.#stream.uniform() < this.#noise ? this.#anything() : this.#fact(text[i - 2] as number, text[i - 1] as number);
    return text;
  }

  #anything(): number {
    return this.#stream.integer(0, this.#vocabulary - 1);
  }

  #fact(first: number, second: number): number {
    return this.#table[first * this.#vocabulary + second] as number;
  }
}
