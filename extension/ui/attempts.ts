/** Which files are of an attempt, and which attempt is being edited. Asks the disk about the file at hand only. */
import path from "node:path";
import * as vscode from "vscode";
import type { Exercise } from "../exercise/model.ts";
import { findAttempt } from "../supervisor/attempt.ts";
import { setContext } from "./editor.ts";
import { attemptFolder } from "./learnerFolder.ts";
import type { Library } from "./library.ts";
import type { Notify } from "./notify.ts";

export interface Attempt {
  readonly exercise: Exercise;
  /** Absolute. */
  readonly folder: string;
}

export class Attempts implements vscode.Disposable {
  readonly #library: Library;
  readonly #seen = new Map<string, Attempt>();
  readonly #remembered = new vscode.EventEmitter<Attempt>();
  /** Fires with each attempt that is seen for the first time in its folder. */
  readonly onDidRemember = this.#remembered.event;
  readonly #activated = new vscode.EventEmitter<Attempt | undefined>();
  readonly onDidActivate = this.#activated.event;
  readonly #subscriptions: vscode.Disposable[];
  #active: Attempt | undefined;
  #turn = 0;

  constructor(library: Library, notify: Notify) {
    this.#library = library;
    this.#subscriptions = [
      this.#activated,
      this.#remembered,
      vscode.window.onDidChangeActiveTextEditor((editor) => notify.guard(() => this.follow(editor))),
      library.onDidChange(() => notify.guard(() => this.#renew())),
    ];
  }

  /** The attempt of the editor that has, or last had, the focus. */
  get active(): Attempt | undefined {
    return this.#active;
  }

  /** The attempt that the file is of. */
  async of(uri: vscode.Uri): Promise<Attempt | undefined> {
    if (uri.scheme !== "file") return undefined;
    return this.#above(path.dirname(uri.fsPath));
  }

  /** The learner's attempt at the exercise, where there is one: seen in this session, a workspace folder of its own, or in its usual place. */
  async find(exercise: Exercise): Promise<Attempt | undefined> {
    const seen = this.#seen.get(exercise.id);
    if (seen) return { exercise, folder: seen.folder }; // its pack may have been updated since
    const roots = (vscode.workspace.workspaceFolders ?? []).filter((root) => root.uri.scheme === "file").map((root) => root.uri.fsPath);
    for (const folder of [...roots, attemptFolder(exercise)]) {
      const attempt = await this.#above(folder);
      if (attempt?.exercise.id === exercise.id) return attempt;
    }
    return undefined;
  }

  remember(attempt: Attempt): void {
    const known = this.#seen.get(attempt.exercise.id)?.folder === attempt.folder;
    this.#seen.set(attempt.exercise.id, attempt);
    if (known) return;
    this.#remembered.fire(attempt);
    void setContext(
      "practicum.attemptFolders",
      [...this.#seen.values()].map((seen) => seen.folder),
    );
  }

  /** Takes note of the editor that has the focus. A panel, an output or no editor at all leaves the attempt active. */
  async follow(editor: vscode.TextEditor | undefined): Promise<void> {
    if (editor?.document.uri.scheme !== "file") return;
    const turn = ++this.#turn;
    const attempt = await this.of(editor.document.uri);
    if (turn !== this.#turn) return; // another editor has it meanwhile
    this.#active = attempt;
    this.#activated.fire(attempt);
  }

  /** The pack of the active attempt may be another version. */
  async #renew(): Promise<void> {
    const active = this.#active;
    const exercise = active && (await this.#library.find(active.exercise.id));
    if (!exercise || this.#active !== active) return;
    this.#active = { exercise, folder: active.folder };
    this.#activated.fire(this.#active);
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  async #above(folder: string): Promise<Attempt | undefined> {
    const found = await findAttempt(folder);
    const exercise = found && (await this.#library.find(found.marker.exercise));
    if (!exercise) return undefined;
    const attempt = { exercise, folder: found.folder };
    this.remember(attempt);
    return attempt;
  }
}
