import assert from "node:assert/strict";
import { describe, it } from "mocha";
import * as progress from "../../extension/exercise/progress.ts";
import type { Grade } from "../../extension/protocol/grade.ts";

const grade = (part: Partial<Grade>): Grade =>
  ({ exercise: "ex-1", outcome: "failed", score: 1, points: 4, tier: "save", startedAt: "2025-01-01T00:00:00Z", ...part }) as Grade;
const passed = (part: Partial<Grade> = {}) => grade({ outcome: "passed", score: 4, ...part });
const after = (...grades: Grade[]) => progress.progressOf(grades.reduce(progress.graded, progress.emptyProgress()), "ex-1");

describe("progress", () => {
  const states: [string, Grade[], progress.ExerciseProgress["state"]][] = [
    ["nothing", [], "notStarted"],
    ["a failed grade", [grade({})], "failing"],
    ["an attempt that threw", [grade({ outcome: "errored" })], "failing"],
    ["a passed grade", [passed()], "passed"],
    ["a grade that judged nothing", [grade({ outcome: "notGraded" })], "notStarted"],
    ["a pass, then a grade that judged nothing", [passed(), grade({ outcome: "notGraded" })], "passed"],
    ["a pass, then a failure", [passed(), grade({})], "failing"],
    ["the fast checks only, with others left", [passed({ unasked: 2 })], "started"],
    ["all checks", [passed({ tier: "run" })], "passed"],
    ["all checks, then the fast ones", [passed({ tier: "run" }), passed({ unasked: 2 })], "passed"],
    ["a slow check that fails, then the fast ones", [grade({ tier: "run" }), passed({ unasked: 2 })], "started"],
  ];
  for (const [what, grades, state] of states) it(`${state} after ${what}`, () => assert.equal(after(...grades).state, state));

  it("keeps the best score", () => assert.deepEqual(after(grade({ score: 3 }), grade({ score: 1 })).best, { score: 3, points: 4 }));
  it("keeps when it was first passed", () =>
    assert.equal(after(passed(), grade({}), passed({ startedAt: "2026-01-01T00:00:00Z" })).passedAt, "2025-01-01T00:00:00Z"));

  it("a pass opens the reference for good", () => {
    assert.equal(progress.mayCompare(after(grade({}))), false);
    assert.equal(progress.mayCompare(after(passed(), grade({}))), true);
    assert.equal(progress.mayCompare(after(passed({ unasked: 1 }))), false);
  });
  it("so does giving up", () => assert.equal(progress.mayCompare(progress.progressOf(progress.gaveUp(progress.emptyProgress(), "ex-1"), "ex-1")), true));

  it("counts the hints that were shown, apart from any grade", () => {
    const twice = progress.hintRevealed(progress.hintRevealed(progress.emptyProgress(), "ex-1"), "ex-1");
    assert.deepEqual(progress.progressOf(twice, "ex-1"), { state: "started", hints: 2, gaveUp: false });
    assert.equal(progress.progressOf(progress.graded(twice, passed()), "ex-1").hints, 2);
  });
  it("opening starts, and starts nothing over", () => {
    const opened = progress.opened(progress.emptyProgress(), "ex-1");
    assert.equal(progress.progressOf(opened, "ex-1").state, "started");
    assert.equal(progress.progressOf(progress.opened(progress.graded(opened, passed()), "ex-1"), "ex-1").state, "passed");
  });

  it("survives being written", () => {
    const kept = progress.graded(progress.hintRevealed(progress.emptyProgress(), "ex-2"), passed());
    assert.deepEqual(progress.parseProgress(JSON.parse(JSON.stringify(kept))), kept);
  });
  for (const broken of [undefined, null, {}, { format: 2, exercises: {} }, { format: 1, exercises: { a: { state: "great" } } }]) {
    it(`takes nothing from ${JSON.stringify(broken)}`, () => assert.equal(progress.parseProgress(broken), undefined));
  }
});
