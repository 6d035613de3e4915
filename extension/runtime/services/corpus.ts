/** Text to train on. */
import { type CorpusOptions, type GeneratedCorpus, generateCorpus, TokenSource } from "../../protocol/corpus.ts";
import { type LongTailOptions, LongTailSource } from "../../protocol/longTail.ts";
import { session } from "./session.ts";

export type { LongTailSource, TokenSource };

export const corpus = {
  /** The text that ships with the exercise, or the learner's own file (setting `practicum.corpus`). */
  text(): string {
    return session().corpus;
  },
  /** Text of a seeded source whose entropy is known: the loss that no model can go below. @param length symbols */
  generate(length: number, options: Partial<CorpusOptions> = {}): GeneratedCorpus {
    return generateCorpus(length, { seed: session().seed, ...options });
  },
  /**
   * The tokens of such a source without their text, as many as are wanted: 100 million cost seconds, and only the batch at hand costs memory.
   * @example const source = corpus.source({ seed: 1 }); const batch = source.take(16 * 129); // int32 [16 * 129], the next ones
   */
  source(options: Partial<CorpusOptions> = {}): TokenSource {
    return new TokenSource({ seed: session().seed, ...options });
  },
  /** Tokens of a source with a long tail, in which there is ever more to learn: for studies of scale. Each token's own cost is known. */
  longTail(options: Partial<LongTailOptions> = {}): LongTailSource {
    return new LongTailSource({ seed: session().seed, ...options });
  },
};
