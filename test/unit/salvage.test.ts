import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { objectsByKey } from "../../extension/exercise/brokenJson.ts";
import { type Progress, parseProgress } from "../../extension/exercise/progress.ts";
import { salvaged } from "../../extension/exercise/salvage.ts";

const GRADE = { at: "2026-01-01T00:00:00Z", tier: "save", outcome: "failed", score: 1, points: 4, version: "1.0.0", seed: 1 } as const;
const WHOLE: Progress = {
  format: 1,
  exercises: {
    "ex-1": {
      state: "failing",
      best: GRADE,
      last: { ...GRADE, checks: [{ title: 'a "quoted" } title', outcome: "failed" }] },
      grades: [GRADE, GRADE, GRADE],
      hints: 2,
      gaveUp: false,
    },
    "ex-2": { state: "passed", grades: [GRADE], passedAt: "2026-01-01T00:00:00Z", hints: 1, gaveUp: true },
  },
};
const TEXT = JSON.stringify(WHOLE, null, 2);
const of = (text: string) => salvaged(text).progress.exercises;
const withEx1 = (part: object) => JSON.stringify({ ...WHOLE, exercises: { ...WHOLE.exercises, "ex-1": part } });

describe("progress that is damaged", () => {
  it("is not touched where it is whole", () => assert.deepEqual(salvaged(TEXT), { progress: WHOLE, lost: [] }));

  const parts: [what: string, part: object, kept: object, lost: string][] = [
    ["a state that there is none of", { ...WHOLE.exercises["ex-1"], state: "great" }, { ...WHOLE.exercises["ex-1"], state: "started" }, "state of ex-1"],
    ["hints that are none", { ...WHOLE.exercises["ex-1"], hints: -1 }, { ...WHOLE.exercises["ex-1"], hints: 0 }, "hints of ex-1"],
    [
      "a grade without points",
      { ...WHOLE.exercises["ex-1"], grades: [GRADE, { ...GRADE, points: null }, GRADE] },
      { ...WHOLE.exercises["ex-1"], grades: [GRADE, GRADE] },
      "1 grade of ex-1",
    ],
    ["grades that are no list", { state: "passed", grades: "many", hints: 1 }, { state: "passed", grades: [], hints: 1, gaveUp: false }, "a part of ex-1"],
  ];
  for (const [what, part, kept, lost] of parts) {
    it(`keeps everything else of an exercise with ${what}`, () => {
      assert.deepEqual(salvaged(withEx1(part)), { progress: { ...WHOLE, exercises: { ...WHOLE.exercises, "ex-1": kept } }, lost: [lost] });
    });
  }
  it("keeps the others of an exercise that is none", () => {
    assert.deepEqual(salvaged(withEx1(7 as never)), { progress: { ...WHOLE, exercises: { "ex-2": WHOLE.exercises["ex-2"] } }, lost: ["all of ex-1"] });
  });
  it("of another format keeps what it understands", () => {
    const { progress, lost } = salvaged(JSON.stringify({ ...WHOLE, format: 2 }));
    assert.deepEqual([progress, lost.length], [WHOLE, 1]);
  });

  it("keeps every exercise that is whole before and after bytes that are nothing", () => {
    const at = TEXT.indexOf('"seed"');
    assert.deepEqual(of(`${TEXT.slice(0, at)}\0\0\0<<<<<<< mine\n${TEXT.slice(at)}`)["ex-2"], WHOLE.exercises["ex-2"]);
  });
  it("wherever it breaks off, is progress, and no more than it was", () => {
    for (let end = 0; end < TEXT.length; end++) {
      const { progress, lost } = salvaged(TEXT.slice(0, end));
      assert.deepEqual(parseProgress(JSON.parse(JSON.stringify(progress))), progress);
      assert.ok(lost.length > 0 || end >= TEXT.length - 1, `at ${end}`);
      for (const [id, { grades }] of Object.entries(progress.exercises)) assert.ok(grades.length <= (WHOLE.exercises[id]?.grades.length ?? -1));
      if (end > TEXT.indexOf('"ex-2"')) assert.deepEqual(progress.exercises["ex-1"], WHOLE.exercises["ex-1"]);
    }
  });
  for (const nothing of ["", "null", "7", "[]", '"text"', "{}", "\0", "{ mine", '{"format":1}', '{"format":1,"exercises":[]}'])
    it(`takes nothing from ${JSON.stringify(nothing)}, and says so`, () =>
      assert.deepEqual(salvaged(nothing), { progress: { format: 1, exercises: {} }, lost: ["all of it"] }));

  it("made to take long is given up: each character is looked at a bounded number of times", () => {
    const found = objectsByKey('"a":{'.repeat(2_000_000), () => true);
    assert.deepEqual(found, {});
  });
});
