import assert from "node:assert/strict";
import { describe, it } from "mocha";
import * as progress from "../../extension/exercise/progress.ts";
import type { Grade } from "../../extension/protocol/grade.ts";

const grade = (part: Partial<Grade>): Grade =>
  ({
    exercise: "ex-1",
    outcome: "failed",
    score: 1,
    points: 4,
    tier: "save",
    startedAt: "2025-01-01T00:00:00Z",
    packVersion: "1.0.0",
    seed: 1,
    checks: [],
    digests: { attempt: "a", pack: "p", checks: "c", runtime: "r" },
    ...part,
  }) as Grade;
const passed = (part: Partial<Grade> = {}) => grade({ outcome: "passed", score: 4, ...part });
const unasked = [{ id: "slow", title: "slow", hidden: false, points: 2 }];
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
    ["a replay that passed", [passed({ tier: "run", replay: true })], "notStarted"],
    ["a failure, then a replay that passed", [grade({}), passed({ tier: "run", replay: true })], "failing"],
    ["a pass, then a replay that failed", [passed({ tier: "run" }), grade({ replay: true })], "passed"],
    ["the fast checks only, with others left", [passed({ unasked })], "started"],
    ["all checks", [passed({ tier: "run" })], "passed"],
    ["all checks, then the fast ones", [passed({ tier: "run" }), passed({ unasked })], "started"],
    ["a slow check that fails, then the fast ones", [grade({ tier: "run" }), passed({ unasked })], "started"],
  ];
  for (const [what, grades, state] of states) it(`${state} after ${what}`, () => assert.equal(after(...grades).state, state));

  it("keeps the best score, the one that stands, and the newest fifty", () => {
    const { best, last, grades } = after(...Array.from({ length: 60 }, (_, i) => grade({ score: i === 20 ? 3 : 1, seed: i })));
    assert.deepEqual([best?.score, best?.seed, last?.seed], [3, 20, 59]);
    assert.deepEqual(
      grades.map(({ seed }) => seed),
      Array.from({ length: 50 }, (_, i) => i + 10),
    );
  });
  it("counts the points of checks that were not asked among all points", () => assert.equal(after(passed({ unasked })).last?.points, 6));
  it("a reset takes the standing grade back, and nothing of what was reached", () => {
    const whole = progress.graded(progress.emptyProgress(), passed({ tier: "run" }));
    const { state, last, best, passedAt, grades } = progress.progressOf(progress.reset(whole, "ex-1"), "ex-1");
    assert.deepEqual([state, last, best?.score, passedAt, grades.length], ["started", undefined, 4, "2025-01-01T00:00:00Z", 1]);
  });
  it("keeps when it was first passed", () =>
    assert.equal(after(passed(), grade({}), passed({ startedAt: "2026-01-01T00:00:00Z" })).passedAt, "2025-01-01T00:00:00Z"));

  it("a pass opens the reference for good", () => {
    assert.equal(progress.mayCompare(after(grade({}))), false);
    assert.equal(progress.mayCompare(after(passed(), grade({}))), true);
    assert.equal(progress.mayCompare(after(passed({ unasked }))), false);
  });
  it("a replay opens nothing, and leaves no trace", () => assert.deepEqual(after(grade({}), passed({ tier: "run", replay: true })), after(grade({}))));
  it("so does giving up", () => assert.equal(progress.mayCompare(progress.progressOf(progress.gaveUp(progress.emptyProgress(), "ex-1"), "ex-1")), true));

  it("counts the hints that were shown, apart from any grade", () => {
    const twice = progress.hintRevealed(progress.hintRevealed(progress.emptyProgress(), "ex-1"), "ex-1");
    assert.deepEqual(progress.progressOf(twice, "ex-1"), { state: "started", grades: [], hints: 2, gaveUp: false });
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
