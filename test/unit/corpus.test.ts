/** A generated corpus: the same for a seed, and as unpredictable as it says. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { generateCorpus, TokenSource } from "../../extension/protocol/corpus.ts";

describe("generated corpus", () => {
  it("is decided by its seed", () => {
    assert.deepEqual(generateCorpus(200, { seed: 7 }), generateCorpus(200, { seed: 7 }));
    assert.notEqual(generateCorpus(200, { seed: 7 }).text, generateCorpus(200, { seed: 8 }).text);
  });

  it("has the length that was asked for, of symbols of its alphabet", () => {
    const { text, alphabet } = generateCorpus(500, { seed: 1, symbols: 5 });
    assert.equal(alphabet, "abcde");
    assert.match(text, /^[a-e]{500}$/);
  });

  it("its tokens are those of its text, in batches of any size", () => {
    const { text, alphabet, surprise } = generateCorpus(60, { seed: 7 });
    const source = new TokenSource({ seed: 7 });
    const tokens = [...source.take(10), ...source.fill(new Uint16Array(49)), source.next()];
    assert.equal(tokens.map((token) => alphabet[token]).join(""), text);
    assert.ok(Math.abs(source.meanSurprise - surprise.reduce((a, b) => a + b, 0) / 60) < 1e-12);
  });

  it("noise has the entropy of a uniform guess", () => {
    const { entropyRate } = generateCorpus(1, { seed: 1, symbols: 6, sharpness: 0 });
    assert.ok(Math.abs(entropyRate - Math.log(6)) < 1e-9);
  });

  it("costs a model that knows the source the entropy rate, on average", () => {
    const { surprise, entropyRate } = generateCorpus(100_000, { seed: 5 });
    assert.equal(surprise.length, 100_000);
    assert.ok(Math.abs(surprise.reduce((a, b) => a + b, 0) / surprise.length - entropyRate) < 0.02);
  });

  for (const { order, symbols } of [
    { order: 1, symbols: 8 },
    { order: 2, symbols: 8 },
    { order: 3, symbols: 4 },
  ]) {
    it(`order ${order}: the entropy rate is the mean surprise of its own conditional frequencies`, () => {
      const { text, alphabet, entropyRate } = generateCorpus(200_000, { seed: 3, order, symbols });
      // Plug-in estimate: its bias is about contexts * symbols / (2 * length), its standard deviation about 0.002
      assert.ok(Math.abs(conditionalEntropy(text, alphabet, order) - entropyRate) < 0.01);
    });
  }
});

function conditionalEntropy(text: string, alphabet: string, order: number): number {
  const counts = new Map<string, number[]>();
  for (let i = order; i < text.length; i++) {
    const context = text.slice(i - order, i);
    const row = counts.get(context) ?? Array.from(alphabet, () => 0);
    const symbol = alphabet.indexOf(text[i] as string);
    row[symbol] = (row[symbol] as number) + 1;
    counts.set(context, row);
  }
  let nats = 0;
  for (const row of counts.values()) {
    const total = row.reduce((a, b) => a + b, 0);
    for (const n of row) if (n > 0) nats -= n * Math.log(n / total);
  }
  return nats / (text.length - order);
}
