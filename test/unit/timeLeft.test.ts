import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { timeLeft } from "../../extension/runtime/services/progress.ts";

describe("time left", () => {
  const cases: readonly [what: string, ms: number, done: number, remaining: number, words: string | undefined][] = [
    ["seconds", 10_000, 20, 30, "about 15 s left"],
    ["minutes", 60_000, 1, 9, "about 9 min left"],
    ["hours", 60_000, 1, 299, "about 5.0 h left"],
    ["days", 60_000, 1, 28_800, "about 20 days left"],
    ["too early to tell", 1000, 1, 9, undefined],
    ["nothing done since an interrupted run went on", 10_000, 0, 9, undefined],
    ["nothing left", 10_000, 10, 0, undefined],
    ["an end that nobody knows", 10_000, 10, Number.NaN, undefined],
  ];
  for (const [what, ms, done, remaining, words] of cases) it(`${what}: ${words ?? "nothing"}`, () => assert.equal(timeLeft(ms, done, remaining), words));
});
