import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import * as vscode from "vscode";
import { hintsUri } from "../../extension/ui/hints.ts";
import { extension, Learner, ourProcesses, when } from "./learner.ts";

const ID = "ex-sp-ch35-01";

describe("activation", () => {
  it("waits until there is something to do, and then starts no process", async () => {
    assert.equal(extension().isActive, false);
    await extension().activate();
    assert.deepEqual(ourProcesses(), []);
  });
});

describe("open exercise", () => {
  let learner: Learner;
  before(async () => {
    learner = await Learner.opens(ID);
  });

  it("lists packs with their exercises", async () => {
    const { tree } = learner.practicum;
    const [pack] = await tree.getChildren();
    const items = (await tree.getChildren(pack)).map((node) => tree.getTreeItem(node));
    assert.deepEqual(
      items.map((item) => item.id),
      (await learner.practicum.library.exercises()).map((exercise) => exercise.id),
    );
    assert.match(String(items[0]?.description), /^easy · \d+ min/);
  });

  it("scaffolds what a learner needs, and nothing that is hidden", () => {
    const files = readdirSync(learner.folder, { recursive: true }).map(String);
    for (const needed of ["README.md", learner.exercise.entry, "surface.ts", "run.ts", "tsconfig.json", path.join(".practicum", "attempt.json")])
      assert.ok(files.includes(needed), needed);
    assert.deepEqual(
      files.filter((file) => /check|reference|misconception|variant|oracle|hint/.test(file)),
      [],
    );
  });

  it("shows the starter, and the statement beside it", () => {
    assert.equal(vscode.window.activeTextEditor?.document.uri.fsPath, learner.entry.fsPath);
    const previews = vscode.window.tabGroups.all.filter((group) =>
      group.tabs.some((tab) => tab.input instanceof vscode.TabInputCustom && tab.input.viewType === "vscode.markdown.preview.editor"),
    );
    assert.deepEqual(
      previews.map((group) => group.viewColumn),
      [vscode.ViewColumn.Two],
    );
  });

  it("never overwrites an edited file", async () => {
    writeFileSync(learner.entry.fsPath, "// mine\n");
    await vscode.commands.executeCommand("practicum.openExercise", { exercise: ID });
    assert.equal(readFileSync(learner.entry.fsPath, "utf8"), "// mine\n");
  });

  it("reset puts the starter back, and keeps what it replaced", async () => {
    const graded = learner.nextGrade();
    await vscode.commands.executeCommand("practicum.resetExercise", { exercise: ID, confirm: false });
    assert.equal(readFileSync(learner.entry.fsPath, "utf8"), learner.text("starter"));
    const backups = path.join(learner.folder, ".practicum", "backups");
    const kept = readdirSync(backups).map((copy) => readFileSync(path.join(backups, copy, learner.exercise.entry), "utf8"));
    assert.deepEqual(kept, ["// mine\n"]);
    const grade = await graded;
    assert.deepEqual([...new Set(grade.checks.map((check) => check.message))], ["Not written yet."]);
  });

  it("reveals hints one at a time", async () => {
    const shown = async () => (await vscode.workspace.openTextDocument(hintsUri(learner.exercise))).getText().match(/^## /gm)?.length;
    await vscode.commands.executeCommand("practicum.showHint", { exercise: ID });
    assert.equal(await shown(), 1);
    const grown = when(vscode.workspace.onDidChangeTextDocument, ({ document }) => document.uri.toString() === hintsUri(learner.exercise).toString());
    await vscode.commands.executeCommand("practicum.showHint", { exercise: ID });
    await grown;
    assert.equal(await shown(), 2);
  });

  it("shows the reference after giving up, and not before", async () => {
    const diffs = () => vscode.window.tabGroups.all.flatMap((group) => group.tabs).filter((tab) => tab.input instanceof vscode.TabInputTextDiff).length;
    await vscode.commands.executeCommand("practicum.compareWithReference", { exercise: ID });
    assert.equal(diffs(), 0);
    await vscode.commands.executeCommand("practicum.giveUp", { exercise: ID, confirm: false });
    assert.equal(diffs(), 1);
    assert.equal(vscode.window.activeTextEditor?.document.getText(), learner.text("reference"));
  });
});
