/** Keeps the context keys that tell what the exercise being edited allows. */
import type * as vscode from "vscode";
import { mayCompare } from "../exercise/progress.ts";
import type { Attempts } from "./attempts.ts";
import { setContext } from "./editor.ts";
import { folderIsChosen } from "./learnerFolder.ts";
import type { ProgressStore } from "./progressStore.ts";

export class ContextKeySync implements vscode.Disposable {
  readonly #attempts: Attempts;
  readonly #progress: ProgressStore;
  readonly #subscriptions: vscode.Disposable[];

  constructor(attempts: Attempts, progress: ProgressStore) {
    this.#attempts = attempts;
    this.#progress = progress;
    this.#subscriptions = [attempts.onDidActivate(() => this.#sync()), progress.onDidChange(() => this.#sync())];
    this.#sync();
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #sync(): void {
    void setContext("practicum.folderChosen", folderIsChosen());
    const exercise = this.#attempts.active?.exercise;
    void setContext("practicum.attemptActive", exercise !== undefined);
    void setContext("practicum.canCompare", exercise !== undefined && mayCompare(this.#progress.of(exercise.id)));
  }
}
