/** Training of a byte-pair encoding (Sennrich et al., 2016). */

export type Pair = readonly [left: string, right: string];

/**
 * The most frequent pair of neighbours becomes a piece of its own, `count` times or until none occurs twice; of equally frequent pairs the first in alphabetical order.
 * @param words with repetitions; a piece never spans two
 * @returns the merges, in order
 */
export function learnMerges(words: readonly string[], count: number): Pair[] {
  const distinct = new Map<string, number>();
  for (const word of words) distinct.set(word, (distinct.get(word) ?? 0) + 1);
  const pairs = new Pairs([...distinct].map(([word, times]) => ({ pieces: [...word], times })));
  const merges: Pair[] = [];
  while (merges.length < count) {
    const best = pairs.mostFrequent();
    if (!best) break;
    pairs.merge(best);
    merges.push(best);
  }
  return merges;
}

interface Word {
  pieces: string[];
  readonly times: number;
}

interface Counted {
  readonly pair: Pair;
  times: number;
  /** Words in which it has occurred. */
  readonly words: Set<Word>;
}

class Pairs {
  readonly #counted = new Map<string, Counted>();

  constructor(words: readonly Word[]) {
    for (const word of words) this.#count(word, 1);
  }

  mostFrequent(): Pair | undefined {
    let [best, most] = ["", 1];
    for (const [key, { times }] of this.#counted) if (times > most || (times === most && key < best)) [best, most] = [key, times];
    return this.#counted.get(best)?.pair;
  }

  merge(pair: Pair): void {
    for (const word of this.#counted.get(keyOf(pair))?.words ?? []) {
      this.#count(word, -1);
      word.pieces = merged(word.pieces, pair);
      this.#count(word, 1);
    }
    this.#counted.delete(keyOf(pair));
  }

  #count(word: Word, sign: 1 | -1): void {
    for (let i = 1; i < word.pieces.length; i++) {
      const pair = word.pieces.slice(i - 1, i + 1) as unknown as Pair;
      const counted = this.#counted.get(keyOf(pair)) ?? { pair, times: 0, words: new Set() };
      counted.times += sign * word.times;
      counted.words.add(word);
      this.#counted.set(keyOf(pair), counted);
    }
  }
}

/** No piece contains a space: GPT-2 writes it as another character. */
const keyOf = ([left, right]: Pair): string => `${left} ${right}`;

function merged(pieces: readonly string[], [left, right]: Pair): string[] {
  const result: string[] = [];
  for (let i = 0; i < pieces.length; i++) {
    const isPair = pieces[i] === left && pieces[i + 1] === right;
    result.push(isPair ? left + right : (pieces[i] as string));
    if (isPair) i++;
  }
  return result;
}
