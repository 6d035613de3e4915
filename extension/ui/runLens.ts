/** Above the entry's first exported function: run it, get a hint, and what is wrong with it. */
import path from "node:path";
import * as vscode from "vscode";
import type { Attempts } from "./attempts.ts";
import { command } from "./editor.ts";
import { entryLine } from "./entryPoint.ts";
import { firstProblem, type Verdict } from "./verdict.ts";
import type { Verdicts } from "./verdicts.ts";

const MAX_LENGTH = 120;

export class RunLens implements vscode.CodeLensProvider, vscode.Disposable {
  readonly #attempts: Attempts;
  readonly #verdicts: Verdicts;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.#changed.event;
  readonly #subscriptions: vscode.Disposable[];

  constructor(attempts: Attempts, verdicts: Verdicts) {
    this.#attempts = attempts;
    this.#verdicts = verdicts;
    this.#subscriptions = [
      this.#changed,
      vscode.languages.registerCodeLensProvider({ language: "typescript", scheme: "file" }, this),
      verdicts.onDidChange(() => this.#changed.fire()),
    ];
  }

  async provideCodeLenses(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
    const attempt = await this.#attempts.of(document.uri);
    if (!attempt || document.fileName !== path.join(attempt.folder, attempt.exercise.entry)) return [];
    const range = document.lineAt(entryLine(document.getText())).range;
    const commands = [
      command("practicum.runExercise", "$(play) Run exercise", document.uri),
      command("practicum.showHint", "Show hint", document.uri),
      ...problem(this.#verdicts.of(attempt.exercise.id)),
    ];
    return commands.map((each) => new vscode.CodeLens(range, each));
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }
}

function problem(verdict: Verdict): vscode.Command[] {
  const text = verdict.phase === "graded" ? firstProblem(verdict.grade)?.split("\n", 1)[0] : undefined;
  if (!text) return [];
  const short = text.length <= MAX_LENGTH ? text : `${text.slice(0, MAX_LENGTH - 1)}…`;
  return [command("practicum.showPanel", `$(error) ${short}`, { tab: "checks" })];
}
