/** What is known of each exercise in this session. Status bar, tree, Testing view, diagnostics and panel all show this and nothing else, so they agree. */
import * as vscode from "vscode";
import type { Attempt } from "./attempts.ts";
import type { Verdict } from "./verdict.ts";

export interface VerdictChange {
  readonly attempt: Attempt;
  readonly verdict: Verdict;
}

export class Verdicts implements vscode.Disposable {
  readonly #verdicts = new Map<string, Verdict>();
  readonly #changed = new vscode.EventEmitter<VerdictChange>();
  readonly onDidChange = this.#changed.event;

  of(exercise: string): Verdict {
    return this.#verdicts.get(exercise) ?? { phase: "none" };
  }

  set(attempt: Attempt, verdict: Verdict): void {
    this.#verdicts.set(attempt.exercise.id, verdict);
    this.#changed.fire({ attempt, verdict });
  }

  dispose(): void {
    this.#changed.dispose();
  }
}
