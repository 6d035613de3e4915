/**
 * Seeded text of known entropy. No model can expect a smaller loss on it than the source itself has, so a held-out loss below
 * that tells of a model that sees the future, and one far above it of a model that has not learned.
 */
import { RandomStream } from "./random.ts";

export interface CorpusOptions {
  /** Chooses the source and the text. */
  readonly seed: number;
  /** Size of the alphabet, at most 26. 8 by default. */
  readonly symbols?: number;
  /** How many symbols back the next one depends on. 2 by default. */
  readonly order?: number;
  /** How strongly the past decides: 0 is noise. 2.5 by default. */
  readonly sharpness?: number;
}

export interface GeneratedCorpus {
  readonly text: string;
  /** Every symbol of the source, in order: a symbol's place is its token. */
  readonly alphabet: string;
  /** Nats per symbol that even a perfect model cannot predict. */
  readonly entropyRate: number;
  /** Of each symbol of the text, in nats: what it costs a model that knows the source. Their mean tends to the entropy rate. */
  readonly surprise: readonly number[];
}

/** Text of a Markov source: each context of `order` symbols has its own distribution of the next. */
export function generateCorpus(length: number, options: CorpusOptions): GeneratedCorpus {
  const source = new TokenSource(options);
  const { alphabet, entropyRate } = source;
  const surprise: number[] = [];
  let text = "";
  for (let i = 0; i < length; i++) {
    text += alphabet[source.next()];
    surprise.push(source.surprise);
  }
  return { text, alphabet, entropyRate, surprise };
}

/** The source itself: its tokens one after the other, without end. */
export class TokenSource {
  /** A symbol's place is its token. */
  readonly alphabet: string;
  /** Nats per token that even a perfect model cannot predict. */
  readonly entropyRate: number;
  readonly #stream: RandomStream;
  /** [context][symbol]: how likely it is, and the sum of that up to it */
  readonly #next: readonly (readonly number[])[];
  readonly #below: readonly Float64Array[];
  #context: number;
  #taken = 0;
  #cost = 0;
  #surprise = 0;

  constructor({ seed, symbols = 8, order = 2, sharpness = 2.5 }: CorpusOptions) {
    const stream = new RandomStream(seed);
    const contexts = symbols ** order;
    // A permutation, so that no symbol is every symbol's favourite and all are about equally frequent.
    const favourites = Array.from({ length: order }, () => stream.permutation(symbols)); // [symbols back][that symbol] -> next symbol
    this.#next = Array.from({ length: contexts }, (_, context) => distribution(context, favourites, symbols, sharpness));
    this.#below = this.#next.map(cumulative);
    this.alphabet = "abcdefghijklmnopqrstuvwxyz".slice(0, symbols);
    this.entropyRate = entropyRate(this.#next, symbols);
    this.#context = stream.integer(0, contexts - 1);
    this.#stream = stream;
  }

  /** Nats that the last token costs a model that knows the source. */
  get surprise(): number {
    return this.#surprise;
  }

  /** Mean of that over all tokens so far. */
  get meanSurprise(): number {
    return this.#cost / this.#taken;
  }

  /** The next token. */
  next(): number {
    const below = this.#below[this.#context] as Float64Array;
    const u = this.#stream.uniform();
    let token = 0;
    while (token < below.length - 1 && u >= (below[token] as number)) token++; // rounding: the sum may end a little below 1
    this.#surprise = -Math.log(this.#next[this.#context]?.[token] as number);
    this.#cost += this.#surprise;
    this.#taken += 1;
    this.#context = follow(this.#context, token, this.alphabet.length, this.#next.length);
    return token;
  }

  /** The next `count` tokens, int32 [count]. What is taken later is text that was not seen before. */
  take(count: number): Int32Array {
    return this.fill(new Int32Array(count));
  }

  /** The next tokens, into an array that there is: a Uint8Array keeps 100 million in 100 MB. */
  fill<T extends Int32Array | Uint16Array | Uint8Array>(into: T): T {
    for (let i = 0; i < into.length; i++) into[i] = this.next();
    return into;
  }
}

/** Each symbol of the context has a favourite to come next: e^sharpness times as likely as it were otherwise. */
function distribution(context: number, favourites: readonly (readonly number[])[], symbols: number, sharpness: number): number[] {
  const votes = favourites.map((favourite, back) => favourite[Math.floor(context / symbols ** back) % symbols]);
  return normalised(Array.from({ length: symbols }, (_, symbol) => Math.exp(sharpness * votes.filter((vote) => vote === symbol).length)));
}

/** A context is a number in base `symbols`, its last symbol the last digit. */
const follow = (context: number, symbol: number, symbols: number, contexts: number): number => (context * symbols + symbol) % contexts;

/** Entropy of each context's distribution, weighted by how often the source is in that context in the long run. */
function entropyRate(next: readonly (readonly number[])[], symbols: number): number {
  const visits = stationary(next, symbols);
  return next.reduce((sum, p, context) => sum - (visits[context] as number) * p.reduce((h, x) => h + x * Math.log(x), 0), 0);
}

/** Power iteration: every symbol can follow every context, so the chain has one stationary distribution and forgets its start. */
function stationary(next: readonly (readonly number[])[], symbols: number): number[] {
  let visits: number[] = next.map(() => 1 / next.length);
  for (let change = 1; change > 1e-12; ) {
    const after: number[] = next.map(() => 0);
    next.forEach((p, context) => {
      p.forEach((x, symbol) => {
        const to = follow(context, symbol, symbols, next.length);
        after[to] = (after[to] as number) + (visits[context] as number) * x;
      });
    });
    change = Math.max(...after.map((v, i) => Math.abs(v - (visits[i] as number))));
    visits = after;
  }
  return visits;
}

function cumulative(p: readonly number[]): Float64Array {
  let below = 0;
  return Float64Array.from(p, (x) => (below += x));
}

function normalised(weights: readonly number[]): number[] {
  const total = weights.reduce((a, b) => a + b, 0);
  return weights.map((w) => w / total);
}
