/** Where the fault is not the learner's, nothing is passed and nothing failed. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { Outcome } from "../../extension/protocol/grade.ts";
import { first, useGrading } from "./grading.ts";
import { attemptOf, REFERENCE, tinyExercise } from "./tinyPack.ts";

describe("no evidence, no pass", function () {
  this.timeout(60_000);
  const grade = useGrading();

  it("says where checks that cannot be loaded are broken", async () => {
    const exercise = await tinyExercise({ "double.check.ts": "export {};\nthrow new Error('mine');" });
    const { problem } = await grade(attemptOf(REFERENCE), { exercise });
    assert.match(`${problem?.message} ${problem?.location?.file}:${problem?.location?.line}`, /run: mine .*01-double\/double\.check\.ts:2$/);
  });

  const packs: [name: string, changes: Record<string, string | undefined>, each: Outcome[], says: RegExp][] = [
    [
      "a reference that throws",
      { "reference/double.ts": 'export const double = () => { throw new Error("mine"); };\nexport const answer = () => 42;' },
      ["notGraded", "passed"],
      /The reference could not answer this check: mine/,
    ],
    ["checks that do not load", { "double.check.ts": "export const broken = = 1;" }, [], /Expression expected/],
    ["no checks", { "double.check.ts": "export {};" }, [], /^$/],
    [
      "a grader that dies",
      {
        "double.check.ts":
          'import { check, exact } from "practicum/check";\ncheck("leaves", { points: 1, when: "save", ask: () => process.exit(0), expect: exact.value(1) });',
      },
      [],
      /exit code 0/,
    ],
    [
      "two checks of one title",
      {
        "double.check.ts":
          'import { check, exact } from "practicum/check";\nfor (const i of [1, 2]) check("same", { points: i, when: "save", ask: () => 1, expect: exact.value(1) });',
      },
      [],
      /two checks are titled "same"/,
    ],
  ];
  for (const [name, changes, each, says] of packs) {
    it(`${name}: notGraded`, async () => {
      const graded = await grade(attemptOf(REFERENCE), { exercise: await tinyExercise(changes) });
      assert.equal(graded.outcome, "notGraded");
      assert.deepEqual(
        graded.checks.map((c) => c.outcome),
        each,
      );
      assert.match(first(graded)?.message ?? graded.problem?.message ?? "", says);
    });
  }
});
