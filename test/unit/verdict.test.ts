import assert from "node:assert/strict";
import type { ExerciseProgress } from "../../extension/exercise/progress.ts";
import type { CheckResult, Grade, Outcome } from "../../extension/protocol/grade.ts";
import { overall } from "../../extension/protocol/grade.ts";
import { entryLine } from "../../extension/ui/entryPoint.ts";
import { badgeOf, firstProblem, type Verdict } from "../../extension/ui/verdict.ts";

const check = (outcome: Outcome, index: number): CheckResult => ({
  id: `c${index}`,
  title: `check ${index}`,
  hidden: false,
  when: "save",
  points: 1,
  outcome,
  message: outcome === "passed" ? "" : `${outcome} ${index}`,
  ms: 1,
});
const grade = (outcomes: readonly Outcome[], more: Partial<Grade> = {}): Grade => ({
  exercise: "ex",
  pack: "pack",
  packVersion: "1.0.0",
  outcome: overall(outcomes),
  score: 0,
  points: outcomes.length,
  tier: "save",
  checks: outcomes.map(check),
  backend: { name: "wasm", device: "", skipped: [] },
  seed: 1,
  digests: { attempt: "", pack: "", runtime: "" },
  startedAt: "",
  ms: 1,
  ...more,
});
const graded = (outcomes: readonly Outcome[], more?: Partial<Grade>): Verdict => ({ phase: "graded", grade: grade(outcomes, more) });
const progress = (state: ExerciseProgress["state"]): ExerciseProgress => ({ state, hints: 0, gaveUp: false });

describe("verdict", () => {
  const cases: readonly [what: string, verdict: Verdict, icon: string, text: string, sentence: RegExp][] = [
    ["nothing yet", { phase: "none" }, "circle-outline", "not graded yet", /^Not started\.$/],
    ["grading on save", { phase: "grading", tier: "save" }, "loading~spin", "grading", /fast/],
    ["grading all", { phase: "grading", tier: "run" }, "loading~spin", "grading", /all/],
    ["not allowed to", { phase: "refused", reason: "Not trusted." }, "circle-slash", "not graded", /^Not trusted\.$/],
    ["all passed", graded(["passed", "passed"]), "pass-filled", "2/2", /^2 of 2 checks passed\.$/],
    [
      "fast ones passed",
      graded(["passed", "passed"], { unasked: 1 }),
      "pass-filled",
      "2/2",
      /^2 of 2 checks passed\. 1 slow check is asked by Run exercise\.$/,
    ],
    ["one failed", graded(["passed", "failed"]), "error", "1/2", /^1 of 2/],
    ["one errored", graded(["passed", "failed", "errored"]), "bug", "1/3 errored", /errored/],
    ["one timed out", graded(["passed", "timedOut"]), "watch", "1/2 timed out", /timed out/],
    ["nothing was asked", graded([]), "circle-slash", "not graded", /^No check was asked: not graded\.$/],
  ];
  for (const [what, verdict, icon, text, sentence] of cases) {
    it(`says ${text} when ${what}`, () => {
      const badge = badgeOf(verdict, progress("notStarted"));
      assert.deepEqual([badge.icon, badge.text], [icon, text]);
      assert.match(badge.sentence, sentence);
    });
  }

  it("remembers a pass of an earlier session, and lets the newest verdict overrule it", () => {
    assert.equal(badgeOf({ phase: "none" }, progress("passed")).icon, "pass-filled");
    assert.equal(badgeOf(graded(["failed"]), progress("passed")).icon, "error");
  });

  it("tells the problem of the whole before that of a check", () => {
    assert.equal(firstProblem(grade(["passed", "failed"])), "failed 1");
    assert.equal(firstProblem(grade(["errored"], { problem: { message: "does not compile" } })), "does not compile");
    assert.equal(firstProblem(grade(["passed"])), undefined);
  });
});

describe("entryLine", () => {
  const cases: readonly [source: string, line: number][] = [
    ["export function f() {}", 0],
    ["import x from 'y';\n\n/** f */\nexport async function f() {}", 3],
    ["const a = 1;\nexport class B {}", 1],
    ["export type T = 1;\nexport const f = () => 1;", 1],
    ["function f() {}", 0],
  ];
  for (const [source, line] of cases) it(`is ${line} in ${JSON.stringify(source)}`, () => assert.equal(entryLine(source), line));
});
