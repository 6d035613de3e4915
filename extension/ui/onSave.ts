/** Which saves lead to a grade: those of an attempt's TypeScript files, when the setting or a continuous test run asks for it. */
import * as vscode from "vscode";
import type { Attempt, Attempts } from "./attempts.ts";
import { setting } from "./editor.ts";
import type { Grading } from "./grading.ts";
import type { Notify } from "./notify.ts";
import { requireTrust } from "./trust.ts";

export class OnSave implements vscode.Disposable {
  readonly #attempts: Attempts;
  readonly #grading: Grading;
  readonly #subscriptions: vscode.Disposable[];
  /** Exercises that a continuous test run watches, each with how many do. */
  readonly #watched = new Map<string, number>();
  /** The learner knows that nothing is graded in Restricted Mode. */
  #told = false;

  constructor(attempts: Attempts, grading: Grading, notify: Notify) {
    this.#attempts = attempts;
    this.#grading = grading;
    this.#subscriptions = [
      vscode.workspace.onDidSaveTextDocument((document) => notify.guard(() => this.#saved(document))),
      vscode.workspace.onDidGrantWorkspaceTrust(() => attempts.active && this.#grade(attempts.active)),
      attempts.onDidActivate((attempt) => attempt && this.wants(attempt) && notify.guard(() => grading.prepare(attempt))),
    ];
  }

  /** Grades the exercise on each save, whatever the setting says, until disposed of. */
  watch(exercise: string): vscode.Disposable {
    this.#watched.set(exercise, (this.#watched.get(exercise) ?? 0) + 1);
    return new vscode.Disposable(() => this.#watched.set(exercise, (this.#watched.get(exercise) ?? 1) - 1));
  }

  /** Whether a change of the attempt is to be graded without being asked. */
  wants({ exercise }: Attempt): boolean {
    return setting("practicum.gradeOnSave") || (this.#watched.get(exercise.id) ?? 0) > 0;
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  async #saved(document: vscode.TextDocument): Promise<void> {
    if (!document.fileName.endsWith(".ts")) return;
    const attempt = await this.#attempts.of(document.uri);
    if (!attempt) return;
    this.#grade(attempt);
    if (!vscode.workspace.isTrusted && this.wants(attempt)) this.#tellTrust();
  }

  #grade(attempt: Attempt): void {
    if (this.wants(attempt)) void this.#grading.grade(attempt, "save");
  }

  /** Once is enough; the status bar goes on saying it. */
  #tellTrust(): void {
    if (this.#told) return;
    this.#told = true;
    requireTrust();
  }
}
