/** The source with a long tail: the same text for the same seeds, and a cost of each token that no other prediction beats. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { LongTailSource } from "../../extension/protocol/longTail.ts";

describe("long-tail source", () => {
  const source = new LongTailSource({ seed: 3, vocabulary: 16 });

  it("gives the same windows for the same seeds, and others for another text or source", () => {
    const tokensOf = (of: LongTailSource, text: number) => Array.from(of.windows(4, 9, text).tokens);
    assert.deepEqual(tokensOf(source, 1), tokensOf(new LongTailSource({ seed: 3, vocabulary: 16 }), 1));
    assert.notDeepEqual(tokensOf(source, 1), tokensOf(source, 2));
    assert.notDeepEqual(tokensOf(source, 1), tokensOf(new LongTailSource({ seed: 4, vocabulary: 16 }), 1));
  });

  it("lets the favourite of each pair follow as often as it says", () => {
    const { tokens } = source.windows(1000, 21, 1);
    const places = Array.from(tokens.keys()).filter((place) => place % 21 >= 2);
    const favoured = places.filter((place) => tokens[place] === source.favourite(tokens[place - 2] as number, tokens[place - 1] as number));
    const share = favoured.length / places.length;
    assert.ok(share > 0.75 && share < 0.85, String(share)); // 3 of 4, and some by chance
  });

  it("tells what each token costs: on average its entropy, less than a guess by frequency", () => {
    const { tokens, surprise } = source.windows(2000, 21, 1);
    const counts = new Map<number, number>();
    for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1);
    const byFrequency = [...counts.values()].reduce((sum, n) => sum - (n / tokens.length) * Math.log(n / tokens.length), 0);
    const mean = surprise.reduce((sum, nats) => sum + nats, 0) / surprise.length;
    assert.ok(mean < 0.6 * byFrequency, `${mean} ${byFrequency}`);
    const [first] = source.windows(1, 3, 5).surprise;
    assert.ok((first as number) > 0);
  });
});
