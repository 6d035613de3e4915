/** Above the entry's first exported function: run it, or get a hint. */
import path from "node:path";
import * as vscode from "vscode";
import type { Attempts } from "./attempts.ts";
import { command } from "./editor.ts";
import { entryLine } from "./entryPoint.ts";

export class RunLens implements vscode.CodeLensProvider, vscode.Disposable {
  readonly #attempts: Attempts;
  readonly #registration = vscode.languages.registerCodeLensProvider({ language: "typescript", scheme: "file" }, this);

  constructor(attempts: Attempts) {
    this.#attempts = attempts;
  }

  async provideCodeLenses(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
    const attempt = await this.#attempts.of(document.uri);
    if (!attempt || document.fileName !== path.join(attempt.folder, attempt.exercise.entry)) return [];
    const range = document.lineAt(entryLine(document.getText())).range;
    return [
      new vscode.CodeLens(range, command("practicum.runExercise", "$(play) Run exercise", document.uri)),
      new vscode.CodeLens(range, command("practicum.showHint", "Show hint", document.uri)),
    ];
  }

  dispose(): void {
    this.#registration.dispose();
  }
}
