/** What a learner does and sees, said in few words. Waits for events, never for time. */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import * as vscode from "vscode";
import type { Exercise } from "../../extension/exercise/model.ts";
import type { Practicum } from "../../extension/main.ts";
import type { Grade } from "../../extension/protocol/grade.ts";
import type { RunState } from "../../extension/protocol/panel.ts";
import type { Verdict } from "../../extension/ui/verdict.ts";

export const extension = (): vscode.Extension<Practicum> => {
  const found = vscode.extensions.getExtension<Practicum>("practicum.practicum");
  assert.ok(found, "the extension is installed");
  return found;
};

/** Resolves with what the event says, once it says what is wanted. */
export function when<T>(event: vscode.Event<T>, wanted: (said: T) => boolean): Promise<T> {
  return new Promise((resolve) => {
    const subscription = event((said) => {
      if (!wanted(said)) return;
      subscription.dispose();
      resolve(said);
    });
  });
}

export class Learner {
  readonly practicum: Practicum;
  readonly exercise: Exercise;
  readonly folder: string;

  private constructor(practicum: Practicum, exercise: Exercise, folder: string) {
    this.practicum = practicum;
    this.exercise = exercise;
    this.folder = folder;
  }

  /** Opens the exercise in a folder of this test's own. */
  static async opens(id: string): Promise<Learner> {
    const practicum = await extension().activate();
    const exercise = await practicum.library.get(id);
    const parent = vscode.workspace.getConfiguration().inspect<string>("practicum.folder")?.globalValue ?? mkdtempSync(path.join(tmpdir(), "practicum-"));
    await configure("practicum.folder", parent);
    await vscode.commands.executeCommand("practicum.openExercise", { exercise: id });
    return new Learner(practicum, exercise, path.join(parent, exercise.pack.id, exercise.slug));
  }

  get entry(): vscode.Uri {
    return vscode.Uri.file(path.join(this.folder, this.exercise.entry));
  }

  /** Text of a file of the pack, e.g. "reference" or "misconceptions/x", as an entry. */
  text(implementation: string): string {
    const file = implementation === "reference" || implementation === "starter" ? `${implementation}/${this.exercise.entry}` : `${implementation}.ts`;
    const text = this.exercise.files[file];
    assert.ok(text, file);
    return text;
  }

  /** Waits until the editor has read what was written to the disk. */
  async holds(text: string): Promise<void> {
    const document = await vscode.workspace.openTextDocument(this.entry);
    if (document.getText() === text) return;
    await when(vscode.workspace.onDidChangeTextDocument, (change) => change.document === document && document.getText() === text);
  }

  /** Puts the text into the entry and saves it. */
  async saves(text: string): Promise<void> {
    const document = await vscode.workspace.openTextDocument(this.entry);
    while (!(await replaced(document, text))) {
      // The workbench refuses an edit of a version that it has moved on from, and has said so by now.
    }
    // An unchanged document is not saved by `save`, so a learner's Ctrl+S is what is done.
    await vscode.window.showTextDocument(document, vscode.ViewColumn.One);
    await vscode.commands.executeCommand("workbench.action.files.save");
  }

  /** Saves, and waits for the verdict on it: an older one may be said again meanwhile. */
  async isGraded(text: string): Promise<Grade> {
    const grading = when(
      this.practicum.verdicts.onDidChange,
      ({ attempt, verdict }) => attempt.exercise.id === this.exercise.id && verdict.phase === "grading",
    );
    const graded = grading.then(() => this.nextGrade());
    await this.saves(text);
    return graded;
  }

  async nextGrade(): Promise<Grade> {
    const { verdict } = await when(
      this.practicum.verdicts.onDidChange,
      (change) => change.attempt.exercise.id === this.exercise.id && change.verdict.phase === "graded",
    );
    return (verdict as Extract<Verdict, { phase: "graded" }>).grade;
  }

  runReaches(state: RunState): Promise<unknown> {
    return when(this.practicum.runs.onDidChange, ({ store }) => store.head.exercise === this.exercise.id && store.head.state === state);
  }

  /** What each of the four places says. */
  async sees() {
    const { status, tree, explorer } = this.practicum;
    const [pack] = await tree.getChildren();
    const node = (await tree.getChildren(pack)).find((child) => child.kind === "exercise" && child.exercise.id === this.exercise.id);
    assert.ok(node);
    return {
      status: status.text,
      tests: Object.values(explorer.report.outcomes(this.exercise.id)),
      lines: this.problems(vscode.DiagnosticSeverity.Error).map((d) => d.range.start.line),
      tree: (tree.getTreeItem(node).iconPath as vscode.ThemeIcon).id,
    };
  }

  /** What the places say in words. */
  async shows() {
    const { status, tree, explorer } = this.practicum;
    const { description, iconPath } = tree.getTreeItem({ kind: "exercise", exercise: this.exercise });
    return {
      status: status.text,
      tooltip: status.tooltip,
      tree: `$(${(iconPath as vscode.ThemeIcon).id}) ${description}`,
      tests: Object.values(explorer.report.outcomes(this.exercise.id)),
      problems: this.problems(vscode.DiagnosticSeverity.Warning).map(({ message }) => message),
    };
  }

  /** What the Problems view says of the entry. */
  problems(severity: vscode.DiagnosticSeverity): vscode.Diagnostic[] {
    return vscode.languages.getDiagnostics(this.entry).filter((d) => d.source === "Practicum" && d.severity === severity);
  }

  /** What stands above the lines of the entry: "line: title". */
  async lenses(): Promise<string[]> {
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>("vscode.executeCodeLensProvider", this.entry, 100);
    return lenses.filter(({ command }) => command?.command.startsWith("practicum.")).map(({ range, command }) => `${range.start.line}: ${command?.title}`);
  }
}

async function replaced(document: vscode.TextDocument, text: string): Promise<boolean> {
  const edit = new vscode.WorkspaceEdit();
  edit.replace(document.uri, new vscode.Range(0, 0, document.lineCount, 0), text);
  return vscode.workspace.applyEdit(edit);
}

export const configure = (key: string, value: unknown): Thenable<void> =>
  vscode.workspace.getConfiguration().update(key, value, vscode.ConfigurationTarget.Global);

/** Command lines of our processes that the extension host has started; none on a system that does not tell. */
export function ourProcesses(): string[] {
  if (process.platform !== "linux") return [];
  return descendants(process.pid)
    .map(commandLine)
    .filter((line) => /\b(runtime|grader|oracle)\.mjs\b/.test(line));
}

function descendants(pid: number): number[] {
  const children = tasksOf(pid).flatMap((task) => read(`/proc/${pid}/task/${task}/children`).split(" ").filter(Boolean).map(Number));
  return children.flatMap((child) => [child, ...descendants(child)]);
}

function tasksOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return []; // it has ended
  }
}

const commandLine = (pid: number): string => read(`/proc/${pid}/cmdline`).replaceAll("\0", " ");

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
