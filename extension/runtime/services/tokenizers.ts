/** From text to tokens and back. */
import { Tokenizer as HuggingFaceTokenizer } from "@huggingface/tokenizers";
import { learnMerges } from "./bytePairs.ts";

/** A token is a whole number from 0 to below `vocabulary`. */
export interface Tokenizer {
  readonly vocabulary: number;
  /** What each token stands for, in order; of a byte-pair token that is no whole character, its bytes as GPT-2 writes them. */
  readonly tokens: readonly string[];
  encode(text: string): number[];
  decode(tokens: Iterable<number>): string;
}

export const tokenizers = {
  /** A token for every character that occurs in the text, in the order of Unicode. A character that the text did not have is left out when it is encoded. */
  characters(text: string): Tokenizer {
    const tokens = [...new Set(text)].sort();
    const places = new Map(tokens.map((character, token) => [character, token]));
    return {
      vocabulary: tokens.length,
      tokens,
      encode: (more) => [...more].flatMap((character) => places.get(character) ?? []),
      decode: (some) => Array.from(some, (token) => tokens[token]).join(""),
    };
  },

  /**
   * Byte-pair encoding, trained on the text: a token for each of the 256 bytes, then one for the most frequent pair of tokens within a word, again and again.
   * Words are split as GPT-2 splits them, and every text can be encoded. Training on 1 MB takes seconds.
   * @param vocabulary number of tokens, at least 256; fewer come out where the text has no pair left that occurs twice
   */
  bytePairs(text: string, vocabulary: number): Tokenizer {
    if (!(Number.isInteger(vocabulary) && vocabulary >= BYTES.length))
      throw new RangeError(`bytePairs: a vocabulary of ${vocabulary} has no room for the ${BYTES.length} bytes`);
    const words = byteLevel(BYTES, []).pre_tokenizer?.pre_tokenize(text) ?? [];
    const merges = learnMerges(words, vocabulary - BYTES.length);
    const tokens = [...BYTES, ...merges.map((pair) => pair.join(""))];
    const tokenizer = byteLevel(tokens, merges);
    return {
      vocabulary: tokens.length,
      tokens,
      encode: (more) => tokenizer.encode(more).ids,
      decode: (some) => {
        const list = [...some];
        return list.length > 0 ? tokenizer.decode(list) : ""; // the library refuses none
      },
    };
  },
};

/** A byte as a visible character: itself where it is one, else the next that is free from 256 on (GPT-2, Radford et al., 2019). */
const BYTES = byteCharacters();

function byteCharacters(): string[] {
  const visible = (byte: number) => (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
  let free = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(visible(byte) ? byte : free++));
}

function byteLevel(tokens: readonly string[], merges: readonly (readonly [string, string])[]): HuggingFaceTokenizer {
  const bytes = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };
  const model = { type: "BPE", vocab: Object.fromEntries(tokens.map((token, i) => [token, i])), merges };
  return new HuggingFaceTokenizer(
    { added_tokens: [], normalizer: null, pre_tokenizer: bytes, post_processor: null, decoder: bytes, model },
    { clean_up_tokenization_spaces: false },
  );
}
