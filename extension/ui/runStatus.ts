/** The status bar while a run is under way: how far it is, also with the panel closed. */
import * as vscode from "vscode";
import type { Attempt } from "./attempts.ts";
import { command } from "./editor.ts";
import type { Run, Runs } from "./runs.ts";
import { runText } from "./verdict.ts";

export class RunStatus implements vscode.Disposable {
  readonly #item = vscode.window.createStatusBarItem("practicum.run", vscode.StatusBarAlignment.Left, 49);
  readonly #subscriptions: vscode.Disposable[];

  constructor(runs: Runs) {
    this.#item.name = "Practicum Run";
    this.#subscriptions = [this.#item, runs.onDidChange((run) => this.#show(run))];
  }

  /** What the learner reads there; empty while nothing runs. */
  get text(): string {
    return this.#item.text;
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #show({ attempt, store }: Run): void {
    const text = runText(store.head) ?? "";
    if (text === this.#item.text) return; // a program may say a thousand times a second how far it is
    this.#item.text = text;
    if (text === "") this.#item.hide();
    else this.#tell(attempt);
  }

  #tell(attempt: Attempt): void {
    this.#item.tooltip = `Practicum: ${attempt.exercise.title} is running. Click for its curves.`;
    this.#item.command = command("practicum.showPanel", "Show Plots", { tab: "plots", exercise: attempt.exercise.id });
    this.#item.show();
  }
}
