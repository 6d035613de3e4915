import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import * as vscode from "vscode";
import { progressOf } from "../../extension/exercise/progress.ts";
import { ProgressFile } from "../../extension/supervisor/progressFile.ts";
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
    assert.deepEqual([items[0]?.label, items[0]?.description], ["1  Count GPT-2's parameters", "easy"]);
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

  it("shows a pass with every point in the tree", async () => {
    assert.equal((await learner.isGraded(learner.text("reference"))).outcome, "passed");
    assert.equal((await learner.sees()).tree, "pass-filled");
  });

  it("never overwrites an edited file", async () => {
    writeFileSync(learner.entry.fsPath, "// mine\n");
    await vscode.commands.executeCommand("practicum.openExercise", { exercise: ID });
    assert.equal(readFileSync(learner.entry.fsPath, "utf8"), "// mine\n");
  });

  it("reset puts the starter back, keeps what it replaced, and forgets the verdict everywhere", async () => {
    await vscode.commands.executeCommand("practicum.resetExercise", { exercise: ID, confirm: false });
    assert.equal(readFileSync(learner.entry.fsPath, "utf8"), learner.text("starter"));
    const backups = path.join(learner.folder, ".practicum", "backups");
    const kept = readdirSync(backups).map((copy) => readFileSync(path.join(backups, copy, learner.exercise.entry), "utf8"));
    assert.deepEqual(kept, ["// mine\n"]);
    assert.deepEqual(await learner.sees(), { status: "$(record) not graded yet", tests: [], lines: [], tree: "record" });
    assert.deepEqual(learner.problems(vscode.DiagnosticSeverity.Warning), []);
  });

  it("the starter is not written yet, and nothing worse", async () => {
    await learner.holds(learner.text("starter"));
    const { checks } = await learner.isGraded(learner.text("starter"));
    assert.deepEqual([...new Set(checks.map((check) => check.message))], ["Not written yet."]);
  });

  it("keeps one tab for statements", async () => {
    const statements = () =>
      vscode.window.tabGroups.all.flatMap((group) => group.tabs).filter(({ input }) => input instanceof vscode.TabInputCustom && input.uri.scheme === "file");
    const other = await Learner.opens("ex-sp-ch35-03");
    assert.deepEqual(
      statements().map(({ input }) => (input as vscode.TabInputCustom).uri.fsPath),
      [path.join(other.folder, "README.md")],
    );
    await Learner.opens(ID);
    assert.equal(statements().length, 1);
  });

  it("shows progress that another program writes", async () => {
    const { id } = learner.exercise;
    const folder = path.dirname(path.dirname(learner.folder));
    const description = async () => {
      const { tree } = learner.practicum;
      const node = (await tree.getChildren((await tree.getChildren())[0])).find((each) => each.kind === "exercise" && each.exercise.id === "ex-sp-ch35-05");
      return tree.getTreeItem(node as never).description;
    };
    assert.equal(await description(), "medium");
    const last = { at: "2026-11-24T12:00:00Z", tier: "run", outcome: "failed", score: 3, points: 16, version: "1.0.0", seed: 1 } as const;
    const shown = when(learner.practicum.tree.onDidChangeTreeData, (node) => node === undefined);
    await new ProgressFile(folder).update((progress) => ({
      ...progress,
      exercises: { ...progress.exercises, "ex-sp-ch35-05": { state: "failing", last, grades: [last], hints: 0, gaveUp: false } },
    }));
    await shown;
    assert.equal(await description(), "3/16 by version 1.0.0 · medium");
    assert.equal(progressOf(new ProgressFile(folder).read(), id).state, "failing"); // and what this window knew is still there
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
    const other = await Learner.opens("ex-sp-ch35-03");
    const diffs = () => vscode.window.tabGroups.all.flatMap((group) => group.tabs).filter((tab) => tab.input instanceof vscode.TabInputTextDiff).length;
    await vscode.commands.executeCommand("practicum.compareWithReference", { exercise: other.exercise.id });
    assert.equal(diffs(), 0);
    await vscode.commands.executeCommand("practicum.giveUp", { exercise: other.exercise.id, confirm: false });
    assert.equal(diffs(), 1);
    assert.equal(vscode.window.activeTextEditor?.document.getText(), other.text("reference"));
  });
});
