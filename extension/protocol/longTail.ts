/**
 * Tokens of a seeded source with a long tail, for studies of scale. Each pair of tokens has a favourite of its own to follow, and which one that is has
 * no rule: it can only be remembered. Frequencies follow Zipf's law, so the larger a model and the more it has read, the rarer the pairs that it knows;
 * Hutter, "Learning Curve Theory" (2021), on why that makes power laws. What each token costs a model that knows the source is known exactly.
 */
import { RandomStream } from "./random.ts";

export interface LongTailOptions {
  /** Chooses the favourites and the text. */
  readonly seed: number;
  /** Number of different tokens; token 0 is the most frequent. 64 by default. */
  readonly vocabulary?: number;
  /** Chance that the favourite follows. 0.75 by default. */
  readonly favour?: number;
}

export interface Windows {
  /** Tokens of all windows, one window after the other, int32 [count * length]. */
  readonly tokens: Int32Array;
  /** What each token costs a model that knows the source, in nats [count * length]: no model can expect less. */
  readonly surprise: Float32Array;
}

/** Every window is a text of its own: its first two tokens have nothing before them, and no favourite. */
export class LongTailSource {
  readonly vocabulary: number;
  readonly #favour: number;
  readonly #seed: number;
  readonly #frequency: readonly number[];
  /** Sum of the frequencies up to and including each token. */
  readonly #cumulative: Float64Array;

  constructor({ seed, vocabulary = 64, favour = 0.75 }: LongTailOptions) {
    this.vocabulary = vocabulary;
    this.#seed = seed;
    this.#favour = favour;
    const weights = Array.from({ length: vocabulary }, (_, token) => 1 / (token + 1)); // Zipf's law
    const total = weights.reduce((a, b) => a + b, 0);
    this.#frequency = weights.map((weight) => weight / total);
    let sum = 0;
    this.#cumulative = Float64Array.from(this.#frequency, (p) => (sum += p));
  }

  /**
   * @param length tokens in each window
   * @param text a seed: the source stays the same, its text is another
   */
  windows(count: number, length: number, text: number): Windows {
    const stream = new RandomStream(text);
    const tokens = new Int32Array(count * length);
    const surprise = new Float32Array(count * length);
    for (let i = 0; i < tokens.length; i++) {
      const favourite = i % length < 2 ? undefined : this.favourite(tokens[i - 2] as number, tokens[i - 1] as number);
      const favoured = favourite !== undefined && stream.uniform() < this.#favour;
      const token = favoured ? favourite : this.#tokenAt(stream.uniform());
      tokens[i] = token;
      surprise[i] = -Math.log(this.#probability(token, favourite));
    }
    return { tokens, surprise };
  }

  /** The token that likes to follow these two. */
  favourite(before: number, last: number): number {
    return this.#tokenAt(hash(this.#seed, before, last));
  }

  #probability(token: number, favourite: number | undefined): number {
    const frequency = this.#frequency[token] as number;
    if (favourite === undefined) return frequency;
    return (1 - this.#favour) * frequency + (token === favourite ? this.#favour : 0);
  }

  /** The token at which the cumulative frequency passes u, by bisection. */
  #tokenAt(u: number): number {
    let [low, high] = [0, this.vocabulary - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#cumulative[middle] as number) > u) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** A number in [0, 1) that looks random and is always the same for the same three: the finaliser of MurmurHash3 (Appleby, public domain). */
function hash(...values: readonly number[]): number {
  let h = 0x9e3779b9;
  for (const value of values) {
    h ^= value;
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    h ^= h >>> 16;
  }
  return (h >>> 0) / 2 ** 32;
}
