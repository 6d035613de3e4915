import assert from "node:assert/strict";
import * as vscode from "vscode";
import type { RunState } from "../../extension/protocol/panel.ts";
import { reportOf } from "../../extension/supervisor/profile/report.ts";
import { Learner } from "./learner.ts";

describe("profile exercise", () => {
  it("records every operation of exercise 13 by component and line, and does not grade", async () => {
    const learner = await Learner.opens("ex-sp-ch35-13");
    await learner.isGraded(learner.text("reference"));
    const states = new Set<RunState>();
    const subscription = learner.practicum.runs.onDidChange(({ store }) => states.add(store.head.state));
    await vscode.commands.executeCommand("practicum.profileExercise", { exercise: learner.exercise.id });
    subscription.dispose();
    assert.deepEqual([...states], ["starting", "running", "finished"]);
    const profile = learner.practicum.runs.of(learner.exercise.id)?.store.profile;
    assert.ok(profile?.ops);
    const { components, table } = reportOf(profile);
    const spans = components.filter(({ isSpan }) => isSpan).map(({ name }) => name);
    for (const name of ["attention", "feedForward", "layerNorm", "embedding", "output"]) assert.ok(spans.includes(name), spans.join());
    const product = table.find(({ name }) => name === "matMul");
    assert.equal(product?.place?.file, "layers.ts");
  });
});
