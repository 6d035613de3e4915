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
export function generateCorpus(length: number, { seed, symbols = 8, order = 2, sharpness = 2.5 }: CorpusOptions): GeneratedCorpus {
  const stream = new RandomStream(seed);
  const contexts = symbols ** order;
  const favourites = Array.from({ length: order }, () => shuffled(symbols, stream)); // [symbols back][that symbol] -> next symbol
  const next = Array.from({ length: contexts }, (_, context) => distribution(context, favourites, symbols, sharpness));
  const alphabet = "abcdefghijklmnopqrstuvwxyz".slice(0, symbols);
  let context = stream.integer(0, contexts - 1);
  let text = "";
  const surprise: number[] = [];
  while (text.length < length) {
    const p = next[context] as number[];
    const symbol = sample(p, stream.uniform());
    text += alphabet[symbol];
    surprise.push(-Math.log(p[symbol] as number));
    context = follow(context, symbol, symbols, contexts);
  }
  return { text, alphabet, entropyRate: entropyRate(next, symbols), surprise };
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

/** A permutation, so that no symbol is every symbol's favourite and all are about equally frequent. Fisher and Yates (1938). */
function shuffled(count: number, stream: RandomStream): number[] {
  const list = Array.from({ length: count }, (_, i) => i);
  for (let last = count - 1; last > 0; last--) {
    const other = stream.integer(0, last);
    [list[last], list[other]] = [list[other] as number, list[last] as number];
  }
  return list;
}

function sample(p: readonly number[], u: number): number {
  let below = 0;
  for (const [symbol, x] of p.entries()) {
    below += x;
    if (u < below) return symbol;
  }
  return p.length - 1; // rounding: the sum may end a little below 1
}

function normalised(weights: readonly number[]): number[] {
  const total = weights.reduce((a, b) => a + b, 0);
  return weights.map((w) => w / total);
}
