import assert from "node:assert/strict";
import type { ExerciseProgress } from "../../extension/exercise/progress.ts";
import type { Containment } from "../../extension/protocol/containment.ts";
import type { CheckResult, Grade, Outcome } from "../../extension/protocol/grade.ts";
import { overall } from "../../extension/protocol/grade.ts";
import type { RunSnapshot, RunState } from "../../extension/protocol/panel.ts";
import { functionPlace } from "../../extension/ui/entryPoint.ts";
import { badgeOf, circumstances, firstProblem, keySentence, passedCounts, runText, type Verdict } from "../../extension/ui/verdict.ts";

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
  score: outcomes.filter((outcome) => outcome === "passed").length,
  points: outcomes.length,
  tier: "save",
  checks: outcomes.map(check),
  backend: { name: "wasm", device: "", skipped: [] },
  seed: 1,
  digests: { attempt: "", pack: "", checks: "", runtime: "" },
  startedAt: "",
  ms: 1,
  ...more,
});
const graded = (outcomes: readonly Outcome[], more?: Partial<Grade>): Verdict => ({ phase: "graded", grade: grade(outcomes, more) });
const progress = (state: ExerciseProgress["state"]): ExerciseProgress => ({ state, grades: [], hints: 0, gaveUp: false });

describe("verdict", () => {
  const slow = { id: "slow", title: "slow", hidden: true, points: 3 };
  const cases: readonly [what: string, verdict: Verdict, icon: string, text: string, sentence: RegExp][] = [
    ["nothing yet", { phase: "none" }, "circle-outline", "not graded yet", /^Not graded yet\.$/],
    ["grading on save", { phase: "grading", tier: "save" }, "loading~spin", "grading", /fast/],
    ["grading all", { phase: "grading", tier: "run" }, "loading~spin", "grading", /all/],
    ["not allowed to", { phase: "untrusted", reason: "Not trusted." }, "shield", "not graded: workspace not trusted", /^Not trusted\.$/],
    ["not able to", { phase: "refused", reason: "No file." }, "circle-slash", "not graded", /^No file\.$/],
    ["all passed", graded(["passed", "passed"]), "pass-filled", "2/2", /^2 of 2 points\. Checks passed: visible 2\/2\.$/],
    [
      "fast ones passed, and no tick yet",
      graded(["passed", "passed"], { unasked: [slow] }),
      "play-circle",
      "2/5, fast checks passed",
      /^2 of 5 points\. Checks passed: visible 2\/2\. 1 slow check waits for Run Exercise\.$/,
    ],
    ["one failed", graded(["passed", "failed"]), "error", "1/2", /^1 of 2 points/],
    ["one errored", graded(["passed", "failed", "errored"]), "bug", "1/3 errored", /errored/],
    ["one timed out", graded(["passed", "timedOut"]), "watch", "1/2 timed out", /timed out/],
    [
      "all passed, in a replay: no tick",
      graded(["passed", "passed"], { replay: true, tier: "run", seed: 7 }),
      "history",
      "2/2 replay",
      /This is a replay of the inputs of seed 7: it does not count\.$/,
    ],
    ["fast ones passed, in a replay", graded(["passed"], { unasked: [slow], replay: true }), "history", "1/4 replay, fast checks passed", /replay/],
    ["one failed, in a replay", graded(["passed", "failed"], { replay: true }), "error", "1/2 replay", /replay/],
    ["one errored, in a replay", graded(["errored"], { replay: true }), "bug", "0/1 errored replay", /replay/],
    [
      "changed since",
      { phase: "old", grade: grade(["passed", "failed"]), reason: "Changed." },
      "history",
      "1/2, changed since",
      /^1 of 2 points\. .* Changed\.$/,
    ],
    [
      "changed since its fast checks passed",
      { phase: "old", grade: grade(["passed"], { unasked: [slow] }), reason: "Changed." },
      "history",
      "1/4, changed since",
      /^1 of 4 points\. .* Changed\.$/,
    ],
    ["changed since it could not be loaded", { phase: "old", grade: grade([]), reason: "Changed." }, "history", "changed since", / Changed\.$/],
    ["the entry is gone", { phase: "missing", text: "a.ts is missing", reason: "Gone." }, "question", "a.ts is missing", /^Gone\.$/],
    ["nothing was asked", graded([]), "circle-slash", "not graded", /^No check was asked; not graded\.$/],
  ];
  for (const [what, verdict, icon, text, sentence] of cases) {
    it(`says ${text} when ${what}`, () => {
      const badge = badgeOf(verdict, progress("notStarted"), "1.0.0");
      assert.deepEqual([badge.icon, badge.text], [icon, text]);
      assert.match(badge.sentence, sentence);
    });
  }

  it("says hidden apart from visible checks", () => {
    const checks = (["passed", "passed", "failed"] as const).map((outcome, i) => ({ ...check(outcome, i), hidden: i > 0 }));
    assert.equal(passedCounts({ checks }), "visible 1/1, hidden 1/2");
  });

  it("remembers the last grade of an earlier session, and lets the newest verdict overrule it", () => {
    const last = { at: "2026-11-24T12:00:00Z", tier: "run", outcome: "passed", score: 4, points: 4, version: "1.0.0", seed: 1 } as const;
    const badge = badgeOf({ phase: "none" }, { ...progress("passed"), last }, "1.0.0");
    assert.deepEqual([badge.icon, badge.text, badge.sentence], ["pass-filled", "4/4", "4 of 4 points when it was last graded, on 2026-11-24."]);
    const older = badgeOf({ phase: "none" }, { ...progress("passed"), last }, "1.1.0");
    assert.match(`${older.text}; ${older.sentence}`, /^\d+\/\d+ by version 1\.0\.0; .* when it was last graded by version 1\.0\.0, on/);
    assert.equal(badgeOf({ phase: "none" }, { ...progress("started"), last: { ...last, tier: "save" } }, "1.0.0").icon, "play-circle");
    assert.equal(badgeOf(graded(["failed"]), progress("passed"), "1.0.0").icon, "error");
  });

  it("tells the problem of the whole before that of a check", () => {
    assert.equal(firstProblem(grade(["passed", "failed"])), "failed 1");
    assert.equal(firstProblem(grade(["errored"], { problem: { message: "does not compile" } })), "does not compile");
    assert.equal(firstProblem(grade(["passed"])), undefined);
  });
});

describe("keySentence", () => {
  const cases: readonly [message: string, key: string][] = [
    ["Not written yet.", "Not written yet."],
    [
      "You mask after the softmax: the rows no longer sum to 1. Set the scores to `-Infinity` before it.",
      "You mask after the softmax: the rows no longer sum to 1.",
    ],
    ["The formula is 12 L d² + V d, e.g. for GPT-2. More.", "The formula is 12 L d² + V d, e.g. for GPT-2."],
    ["First line\nsecond line", "First line"],
    [`${"long ".repeat(6)}clause: ${"and another ".repeat(8)}`, `${"long ".repeat(6)}clause …`],
    ["word ".repeat(40), `${"word ".repeat(11)}word …`],
  ];
  for (const [message, key] of cases) it(JSON.stringify(key), () => assert.equal(keySentence(message), key));
});

describe("functionPlace", () => {
  const cases: readonly [source: string, name: string | undefined, at: string][] = [
    ["export function f() {}", undefined, "0:16-17"],
    ["import x from 'y';\n\n/** f */\nexport async function f() {}", undefined, "3:22-23"],
    ["const a = 1;\nexport class B {}", undefined, "1:13-14"],
    ["export type T = 1;\nexport const f = () => 1;", undefined, "1:13-14"],
    ["function f() {}", undefined, "0:0-0"],
    ["export function f() {}\nexport function train() {}", "train", "1:16-21"],
    ["export function f() {}\nfunction train() {}\nexport { train };", "train", "1:9-14"],
    ["export function f() {}", "elsewhere", "0:16-17"],
    ["export default function* f() {}", "f", "0:25-26"],
  ];
  for (const [source, name, at] of cases) {
    it(`of ${name ?? "the first"} in ${JSON.stringify(source)} is ${at}`, () => {
      const { line, start, end } = functionPlace(source, name);
      assert.equal(`${line}:${start}-${end}`, at);
    });
  }
});

describe("runText", () => {
  const cases: readonly [state: RunState, progress: RunSnapshot["progress"], text: string | undefined][] = [
    ["starting", undefined, "$(loading~spin) starting"],
    ["running", undefined, "$(loading~spin) running"],
    ["running", { done: 42, total: 100 }, "$(loading~spin) running 42 %"],
    ["running", { done: 5, total: 0 }, "$(loading~spin) running"],
    ["running", { done: 5, total: 4 }, "$(loading~spin) running 100 %"],
    ["grading", { done: 4, total: 4 }, undefined],
    ["cancelled", { done: 1, total: 4 }, undefined],
  ];
  for (const [state, progress, text] of cases) it(`${text}`, () => assert.equal(runText({ state, progress }), text));
});

describe("what a grade was computed on and in", () => {
  const backend = { name: "wasm", device: "WebAssembly SIMD", skipped: [{ name: "webgpu", reason: "no GPU" }] } as const;
  const cases: readonly [containment: Containment | undefined, lines: readonly string[]][] = [
    [undefined, []],
    [{ name: "bubblewrap", refused: [] }, ["The program was contained by bubblewrap: no network, and no files but the system's and its own"]],
    [
      { name: "none", refused: [{ name: "bubblewrap", reason: "it is not installed" }] },
      ["The program was not contained by the operating system (bubblewrap: it is not installed)"],
    ],
  ];
  for (const [containment, lines] of cases) {
    it(containment?.name ?? "before containment was kept", () =>
      assert.deepEqual(circumstances({ backend: { ...backend, ...(containment && { containment }) }, ms: 33.3 }), [
        "Backend: wasm, WebAssembly SIMD, 33 ms",
        "webgpu not used: no GPU",
        ...lines,
      ]),
    );
  }
});
