/** Above the entry's first function: run it, get a hint. Above each function whose checks did not pass: what is wrong with it. */
import path from "node:path";
import * as vscode from "vscode";
import { mayCompare } from "../exercise/progress.ts";
import type { CheckResult, Outcome } from "../protocol/grade.ts";
import { inert } from "../protocol/plainText.ts";
import type { Attempt, Attempts } from "./attempts.ts";
import { command } from "./editor.ts";
import { functionPlace } from "./entryPoint.ts";
import type { ProgressStore } from "./progressStore.ts";
import { gradeOf, iconOfOutcome, keySentence } from "./verdict.ts";
import type { Verdicts } from "./verdicts.ts";

export class RunLens implements vscode.CodeLensProvider, vscode.Disposable {
  readonly #attempts: Attempts;
  readonly #verdicts: Verdicts;
  readonly #progress: ProgressStore;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.#changed.event;
  readonly #subscriptions: vscode.Disposable[];

  constructor(attempts: Attempts, verdicts: Verdicts, progress: ProgressStore) {
    this.#attempts = attempts;
    this.#verdicts = verdicts;
    this.#progress = progress;
    this.#subscriptions = [
      this.#changed,
      vscode.languages.registerCodeLensProvider({ language: "typescript", scheme: "file" }, this),
      verdicts.onDidChange(() => this.#changed.fire()),
      progress.onDidChange(() => this.#changed.fire()),
    ];
  }

  async provideCodeLenses(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
    const attempt = await this.#attempts.of(document.uri);
    if (!attempt || document.fileName !== path.join(attempt.folder, attempt.exercise.entry)) return [];
    const text = document.getText();
    const at = (name: string | undefined, each: vscode.Command) => new vscode.CodeLens(document.lineAt(functionPlace(text, name).line).range, each);
    return [
      ...this.#actions(attempt, document.uri).map((action) => at(undefined, action)),
      ...this.#problems(attempt).map(({ asks, shown }) => at(asks, shown)),
    ];
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #actions({ exercise }: Attempt, uri: vscode.Uri): vscode.Command[] {
    const compare = mayCompare(this.#progress.of(exercise.id)) ? [command("practicum.compareWithReference", "Compare with Reference", uri)] : [];
    return [command("practicum.runExercise", "$(play) Run Exercise", uri), command("practicum.showHint", "Show Hint", uri), ...compare];
  }

  #problems({ exercise }: Attempt): { readonly asks?: string | undefined; readonly shown: vscode.Command }[] {
    const verdict = this.#verdicts.of(exercise.id);
    const grade = gradeOf(verdict);
    if (!grade) return [];
    const old = verdict.phase === "old";
    const show = (text: string) => command("practicum.showPanel", text, { tab: "checks", exercise: exercise.id });
    const { problem, checks, outcome } = grade;
    if (problem) return [{ shown: show(note(outcome, problem.message, "", old)) }];
    const wrong = checks.filter((check) => check.outcome !== "passed");
    const functions = [...new Set(wrong.map((check) => check.asks))];
    return functions.map((asks) => ({
      asks,
      shown: show(
        summary(
          wrong.filter((check) => check.asks === asks),
          old,
        ),
      ),
    }));
  }
}

/** The first of the function's checks that did not pass speaks for them. */
function summary(checks: readonly CheckResult[], old: boolean): string {
  const [first] = checks as [CheckResult];
  return note(first.outcome, first.message, checks.length > 1 ? ` (and ${checks.length - 1} more)` : "", old);
}

const note = (outcome: Outcome, message: string, more: string, old: boolean): string =>
  `$(${old ? "history" : iconOfOutcome(outcome)}) ${old ? "Changed since: " : ""}${inert(keySentence(message))}${more}`;
