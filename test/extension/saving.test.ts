import assert from "node:assert/strict";
import * as vscode from "vscode";
import { allPoints } from "../../extension/exercise/progress.ts";
import type { Verdict } from "../../extension/ui/verdict.ts";
import { configure, Learner, when } from "./learner.ts";

describe("save", () => {
  let learner: Learner;
  before(async () => {
    learner = await Learner.opens("ex-sp-ch35-03");
  });

  it("says in all four places that the checks passed", async () => {
    const grade = await learner.isGraded(learner.text("reference"));
    assert.equal(grade.outcome, "passed");
    assert.ok(grade.checks.length > 0 && grade.unasked?.length === 1);
    assert.deepEqual(await learner.sees(), {
      status: `$(play-circle) ${grade.score}/${allPoints(grade)}, fast checks passed · ${grade.backend.name}`,
      tests: grade.checks.map(() => "passed"),
      lines: [],
      tree: "play-circle",
    });
  });

  it("says what the mistake is when sine and cosine are swapped", async () => {
    const swapped = learner.text("misconceptions/sine-and-cosine-swapped");
    const grade = await learner.isGraded(swapped);
    const sentence = /^\/\/\s*(.+)$/m.exec(swapped)?.[1] as string;
    assert.equal(grade.outcome, "failed");
    assert.ok(
      grade.checks.some((check) => check.message.includes(sentence)),
      grade.checks.map((check) => check.message).join("\n"),
    );
    const { status, tests, lines, tree } = await learner.sees();
    assert.equal(status, `$(error) ${grade.score}/${allPoints(grade)} · ${grade.backend.name}`);
    assert.deepEqual(
      tests,
      grade.checks.map((check) => check.outcome),
    );
    assert.deepEqual({ lines, tree }, { lines: [], tree: "error" });
  });

  it("warns at the function that a failed check asked, in Problems, lens and Testing view", async () => {
    const reference = learner.text("reference");
    const [, second] = [...reference.matchAll(/^export function (\w+)\(/gm)].map(([, name]) => name as string);
    const at = reference.split("\n").findIndex((line) => line.includes(`function ${second}(`));
    const broken = reference.replace(new RegExp(`(export function ${second}\\([^{]*\\{)`), "$1\n  if (true) return 7 as never;");
    const { checks } = await learner.isGraded(broken);
    const failed = checks.filter((check) => check.outcome === "failed");
    assert.ok(failed.length > 0 && failed.every((check) => check.asks === second), JSON.stringify(checks));
    const warnings = learner.problems(vscode.DiagnosticSeverity.Warning);
    assert.deepEqual(
      [...new Set(warnings.map((d) => `${d.range.start.line} ${broken.split("\n")[at]?.slice(d.range.start.character, d.range.end.character)}`))],
      [`${at} ${second}`],
    );
    const notes = (await learner.lenses()).filter((lens) => lens.includes("$(error)"));
    assert.equal(notes.length, 1);
    assert.match(notes[0] as string, new RegExp(`^${at}: \\$\\(error\\) .{9,}`));
    await learner.isGraded(reference);
    assert.deepEqual(learner.problems(vscode.DiagnosticSeverity.Warning), []);
  });

  it("marks the line of a syntax error, and calls it errored, not failed", async () => {
    const lines = learner.text("reference").split("\n");
    const at = lines.findIndex((line) => line.startsWith("export function"));
    const grade = await learner.isGraded([...lines.slice(0, at), "const oops = ;", ...lines.slice(at)].join("\n"));
    assert.equal(grade.outcome, "errored");
    const seen = await learner.sees();
    assert.match(seen.status, /errored/);
    assert.deepEqual({ lines: seen.lines, tree: seen.tree }, { lines: [at], tree: "bug" });
    assert.deepEqual([...new Set(seen.tests)], ["errored"]);
  });

  it("marks the line that threw", async () => {
    const lines = learner.text("reference").split("\n");
    const at = lines.findIndex((line) => /^export function .*\{$/.test(line)) + 1;
    const grade = await learner.isGraded([...lines.slice(0, at), 'throw new Error("thrown on purpose");', ...lines.slice(at)].join("\n"));
    assert.equal(grade.outcome, "errored");
    assert.deepEqual((await learner.sees()).lines, [at]);
  });

  it("lets the newest of quick saves win, and grades it", async () => {
    const verdicts: Verdict[] = [];
    const { onDidChange } = learner.practicum.verdicts;
    const subscription = onDidChange(({ verdict }) => verdicts.push(verdict));
    const passed = when(onDidChange, ({ verdict }) => verdict.phase === "graded" && verdict.grade.outcome === "passed");
    await learner.saves(learner.text("misconceptions/sine-and-cosine-swapped"));
    await learner.saves("export const nothing = 1;\n");
    await learner.saves(learner.text("reference"));
    await passed;
    subscription.dispose();
    // An older save may have been graded before the next one came, but each is followed by the grade of the newer.
    assert.equal(verdicts.filter(({ phase }) => phase === "grading").length, 3);
    assert.equal(verdicts.at(-1)?.phase, "graded");
    assert.match((await learner.sees()).status, /^\$\(play-circle\)/);
  });

  it("grades nothing while the setting is off, until it is asked to", async () => {
    await configure("practicum.gradeOnSave", false);
    const tiers: string[] = [];
    const subscription = learner.practicum.verdicts.onDidChange(({ verdict }) => verdict.phase === "grading" && tiers.push(verdict.tier));
    await learner.saves(`${learner.text("reference")}\n`);
    await vscode.commands.executeCommand("practicum.gradeNow", { exercise: learner.exercise.id });
    subscription.dispose();
    await configure("practicum.gradeOnSave", undefined);
    assert.deepEqual(tiers, ["run"]);
  });

  it("keeps the verdict on a text that passed in full when it is saved unchanged", async () => {
    await learner.isGraded(learner.text("reference"));
    assert.equal((await learner.sees()).tree, "play-circle");
    await vscode.commands.executeCommand("practicum.gradeNow", { exercise: learner.exercise.id });
    assert.equal((await learner.sees()).tree, "pass-filled");
    await learner.isGraded(learner.text("reference"));
    assert.equal((await learner.sees()).tree, "pass-filled");
    await learner.isGraded(`${learner.text("reference")}\n`);
    assert.equal((await learner.sees()).tree, "play-circle");
  });
});
