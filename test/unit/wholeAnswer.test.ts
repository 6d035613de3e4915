import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { AttemptFault } from "../../extension/grader/remote.ts";
import { wholeAnswer } from "../../extension/grader/wholeAnswer.ts";
import { BOUNDS } from "../../extension/protocol/bounds.ts";
import { partOf, whole } from "../../extension/runtime/heldAnswers.ts";

const LONG = "x\ud83d\ude00".repeat(BOUNDS.answerPartChars); // parts end within a character, too

describe("an answer in parts", () => {
  it("is what it was", async () => {
    const answer = { value: { long: LONG }, trace: [1] };
    const told = whole(answer);
    assert.equal(told.held?.parts, Math.ceil(JSON.stringify(answer).length / BOUNDS.answerPartChars));
    assert.deepEqual(await wholeAnswer({ ...told, madeBytes: 7 }, async (part) => partOf(part)), { ...answer, madeBytes: 7 });
  });

  it("is held until it is fetched, and no longer", async () => {
    const told = whole({ value: LONG, trace: [] });
    await wholeAnswer(told, async (part) => partOf(part));
    assert.throws(() => partOf({ answer: told.held?.answer ?? 0, part: 0 }), /no answer \d+ is held/);
  });

  it("is one message where it is small", () => assert.deepEqual(whole({ value: 1, trace: [] }), { value: 1, trace: [] }));

  const forged: [what: string, held: unknown, part: () => unknown, says: RegExp][] = [
    ["more parts than an answer may have", { answer: 1, parts: 1e9 }, () => "1", /1000000000 parts/],
    ["parts of which there are none", { answer: 1, parts: 0 }, () => "1", /0 parts/],
    ["a number of parts that is none", { answer: 1, parts: "many" }, () => "1", /many parts/],
    ["text in the place of what tells of parts", "held", () => "1", /undefined parts/],
    ["a part that is no text", { answer: 1, parts: 1 }, () => ({ length: 1 }), /a part that is none/],
    ["a part that is too long", { answer: 1, parts: 1 }, () => " ".repeat(BOUNDS.answerPartChars + 1), /a part that is none/],
    ["what is no JSON", { answer: 1, parts: 2 }, () => "{", /something that is no answer/],
    ["what is nested too deeply", { answer: 1, parts: 1 }, () => "[".repeat(1000), /1,000 levels/],
    ["more values than are read", { answer: 1, parts: 30 }, () => "[1,".repeat(1e5), /values; at most/],
    ["nothing", { answer: 1, parts: 1 }, () => "null", /./],
  ];
  for (const [what, held, part, says] of forged) {
    it(`that is ${what} is the attempt's fault`, async () => {
      await assert.rejects(
        wholeAnswer({ value: 1, trace: [], held } as never, async () => part() as string),
        (error) => {
          assert.ok(error instanceof AttemptFault, String(error));
          assert.match(error.message, says);
          return true;
        },
      );
    });
  }
});
