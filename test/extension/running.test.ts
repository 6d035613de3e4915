import assert from "node:assert/strict";
import * as vscode from "vscode";
import type { RunState } from "../../extension/protocol/panel.ts";
import { Learner, ourProcesses, when } from "./learner.ts";

const runs = (learner: Learner) => vscode.commands.executeCommand("practicum.runExercise", { exercise: learner.exercise.id });
const points = (learner: Learner): number =>
  learner.practicum.runs.current?.store.snapshot().series.reduce((sum, series) => sum + series.points.length, 0) ?? 0;

describe("run exercise", () => {
  it("traces into the panel, then grades all checks", async () => {
    const learner = await Learner.opens("ex-sp-ch35-01");
    await learner.isGraded(learner.text("reference"));
    const states = new Set<RunState>();
    const subscription = learner.practicum.runs.onDidChange(({ store }) => states.add(store.head.state));
    await runs(learner);
    subscription.dispose();
    assert.deepEqual([...states], ["starting", "running", "grading", "finished"]);
    assert.ok(points(learner) > 0);
    const verdict = learner.practicum.verdicts.of(learner.exercise.id);
    assert.ok(verdict.phase === "graded" && verdict.grade.tier === "run" && verdict.grade.outcome === "passed", JSON.stringify(verdict));
    const panels = vscode.window.tabGroups.all
      .flatMap((group) => group.tabs)
      .filter((tab) => tab.input instanceof vscode.TabInputWebview && tab.input.viewType.includes("practicum.panel"));
    assert.equal(panels.length, 1);
  });

  it("marks the line at which the attempt threw", async () => {
    const learner = await Learner.opens("ex-sp-ch35-01");
    await learner.isGraded(learner.text("starter"));
    await runs(learner);
    assert.equal(learner.practicum.runs.current?.store.head.state, "errored");
    assert.equal((await learner.sees()).lines.length, 1);
  });

  it("is stopped by cancel with its processes, and keeps the curve so far", async () => {
    const learner = await Learner.opens("ex-sp-ch35-05");
    await learner.isGraded(learner.text("reference"));
    const ended = runs(learner);
    await when(learner.practicum.runs.onDidChange, () => points(learner) >= 3);
    const before = ourProcesses().length;
    await vscode.commands.executeCommand("practicum.cancelRun");
    await ended;
    assert.equal(learner.practicum.runs.current?.store.head.state, "cancelled");
    assert.ok(points(learner) >= 3);
    const [kept] = await learner.practicum.runs.kept.list(learner.exercise.id);
    assert.deepEqual([kept?.id, kept?.state], [learner.practicum.runs.current?.store.head.id, "cancelled"]); // to compare later runs with
    if (process.platform === "linux") assert.ok(ourProcesses().length < before, "the run's process is gone");
  });

  it("starts anew on a second click", async () => {
    const learner = await Learner.opens("ex-sp-ch35-05");
    const first = runs(learner);
    await when(learner.practicum.runs.onDidChange, () => points(learner) >= 3);
    const older = learner.practicum.runs.current?.store;
    const second = runs(learner);
    await first;
    assert.equal(older?.head.state, "cancelled");
    assert.match(learner.practicum.runs.current?.store.head.message ?? "", /^Started anew: the run before was stopped( at \d+ %)?\.$/);
    await when(learner.practicum.runs.onDidChange, () => points(learner) >= 3);
    assert.notEqual(learner.practicum.runs.current?.store.head.id, older?.head.id);
    assert.match(learner.practicum.runStatus.text, /^\$\(loading~spin\) running( \d+ %)?$/);
    await vscode.commands.executeCommand("practicum.cancelRun");
    await second;
    assert.equal(learner.practicum.runStatus.text, "");
    assert.equal(learner.practicum.runs.of("ex-sp-ch35-01")?.store.head.exercise, "ex-sp-ch35-01"); // the newest of each exercise is remembered
  });
});
