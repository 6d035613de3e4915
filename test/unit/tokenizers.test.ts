/** Tokenizers: every text comes back, and merges are those that the algorithm asks for. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { learnMerges } from "../../extension/runtime/services/bytePairs.ts";
import { tokenizers } from "../../extension/runtime/services/tokenizers.ts";

const TEXT = "the lowest of the low, the newest of the new: lower and newer, low and new. ".repeat(3);

describe("character tokenizer", () => {
  it("has a token for each character that occurs, and leaves others out", () => {
    const { vocabulary, tokens, encode, decode } = tokenizers.characters("banana 🍌");
    assert.deepEqual([vocabulary, tokens], [5, [" ", "a", "b", "n", "🍌"]]);
    assert.deepEqual(encode("nab? 🍌"), [3, 1, 2, 0, 4]);
    assert.equal(decode(encode("a banana 🍌")), "a banana 🍌");
  });
});

describe("byte-pair tokenizer", () => {
  it("merges the most frequent pair first: the example of Sennrich et al. (2016)", () => {
    const words = [...Array(5).fill("low·"), ...Array(2).fill("lower·"), ...Array(6).fill("newest·"), ...Array(3).fill("widest·")];
    assert.deepEqual(
      learnMerges(words, 5).map((pair) => pair.join(" ")),
      ["e s", "es t", "est ·", "l o", "lo w"],
    );
  });

  it("ends where no pair occurs twice", () => assert.deepEqual(learnMerges(["ab", "ab", "cd"], 9), [["a", "b"]]));

  it("counts a pair anew where a merge has taken one of its ends", () => {
    assert.deepEqual(
      learnMerges(["aaaa", "aaaa", "ab"], 3).map((pair) => pair.join(" ")),
      ["a a", "aa aa"],
    );
  });

  const trained = tokenizers.bytePairs(TEXT, 270);
  it("has the vocabulary that was asked for, the bytes first", () => {
    assert.deepEqual([trained.vocabulary, trained.tokens.length, new Set(trained.tokens).size], [270, 270, 270]);
    assert.equal(trained.tokens[104], "h");
  });

  it("needs fewer tokens for text like its own", () => {
    assert.ok(trained.encode(TEXT).length < TEXT.length / 2);
    assert.deepEqual(
      trained.encode(" the newest").map((token) => trained.tokens[token]),
      ["Ġthe", "Ġnew", "est"],
    );
  });

  const texts = ["", " ", TEXT, "  two  spaces , and\n\n\tlines ", "don't — naïve 🍌 日本語", "\u0000\u007f"];
  for (const text of texts) {
    it(`gives back ${JSON.stringify(text.slice(0, 30))}`, () => assert.equal(trained.decode(trained.encode(text)), text));
  }

  it("has no room for less than the bytes", () => assert.throws(() => tokenizers.bytePairs(TEXT, 255), /no room for the 256 bytes/));
});
