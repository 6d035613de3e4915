/**
 * Changes of attempts that no save of this editor made: git, another program, a folder moved away and back, an evening without VS Code. The digest on disk
 * decides what has changed; events only say when to look, and what they miss is found at the next of many other occasions.
 */
import * as vscode from "vscode";
import type { Attempt, Attempts } from "./attempts.ts";
import type { Disk } from "./disk.ts";
import type { Grading } from "./grading.ts";
import type { Notify } from "./notify.ts";
import type { OnSave } from "./onSave.ts";
import type { VerdictChange, Verdicts } from "./verdicts.ts";
import { watchAttempt } from "./watching.ts";
import { entryUri } from "./workbench.ts";

/** Milliseconds without a change after which it is graded: git writes many files. */
const QUIET = 300;

/** An attempt that is watched. */
interface Watched {
  readonly attempt: Attempt;
  watch: vscode.Disposable;
  /** It is being looked at, and once more after that when `again`. */
  looking: boolean;
  again: boolean;
  /** The digest that is graded when the clock runs out. */
  due?: string;
  clock?: NodeJS.Timeout;
}

export class Changes implements vscode.Disposable {
  readonly #attempts: Attempts;
  readonly #verdicts: Verdicts;
  readonly #disk: Disk;
  readonly #grading: Grading;
  readonly #onSave: OnSave;
  readonly #notify: Notify;
  readonly #watched = new Map<string, Watched>();
  readonly #subscriptions: vscode.Disposable[];
  /** Grades of attempts that nobody is working on, one after another. */
  #others: Promise<unknown> = Promise.resolve();

  constructor(attempts: Attempts, verdicts: Verdicts, disk: Disk, grading: Grading, onSave: OnSave, notify: Notify) {
    this.#attempts = attempts;
    this.#verdicts = verdicts;
    this.#disk = disk;
    this.#grading = grading;
    this.#onSave = onSave;
    this.#notify = notify;
    const all = () => this.#watched.forEach((watched) => void this.#look(watched));
    this.#subscriptions = [
      attempts.onDidRemember((attempt) => this.#watch(attempt)),
      attempts.onDidActivate((attempt) => attempt && this.#lookAt(attempt)),
      verdicts.onDidChange((change) => this.#told(change)),
      vscode.window.onDidChangeWindowState(({ focused }) => focused && all()),
      vscode.window.onDidEndTerminalShellExecution(all),
      vscode.workspace.onDidChangeTextDocument(({ document }) => document.isDirty || notify.guard(() => this.#reloaded(document))),
      vscode.workspace.onDidChangeConfiguration((change) => change.affectsConfiguration("practicum.gradeOnSave") && all()),
    ];
  }

  dispose(): void {
    for (const { watch, clock } of this.#watched.values()) {
      watch.dispose();
      clearTimeout(clock);
    }
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #watch(attempt: Attempt): void {
    const { id } = attempt.exercise;
    const before = this.#watched.get(id);
    before?.watch.dispose();
    clearTimeout(before?.clock);
    const watched: Watched = { attempt, watch: new vscode.Disposable(() => {}), looking: false, again: false };
    watched.watch = watchAttempt(attempt, () => void this.#look(watched));
    this.#watched.set(id, watched);
    void this.#look(watched);
  }

  /** The editor has read a file anew that another program wrote. */
  async #reloaded(document: vscode.TextDocument): Promise<void> {
    const attempt = document.uri.scheme === "file" && document.fileName.endsWith(".ts") && (await this.#attempts.of(document.uri));
    if (attempt) this.#lookAt(attempt);
  }

  /** A file may have changed unseen while it was graded. */
  #told({ attempt, verdict }: VerdictChange): void {
    const watched = this.#watched.get(attempt.exercise.id);
    if (watched && verdict.phase === "graded") void this.#look(watched);
    if (watched && verdict.phase === "old") this.#consider(watched);
  }

  #lookAt({ exercise }: Attempt): void {
    const watched = this.#watched.get(exercise.id);
    if (watched) void this.#look(watched);
  }

  /** However many events come, one look is under way and at most one follows. */
  async #look(watched: Watched): Promise<void> {
    watched.again = true;
    if (watched.looking) return;
    watched.looking = true;
    while (watched.again) {
      watched.again = false;
      await this.#notify.guard(() => this.#disk.look(watched.attempt));
    }
    watched.looking = false;
    this.#consider(watched);
  }

  /** Grades what is due once it has been quiet for a moment. A newer change starts the clock anew, and one that is taken back stops it. */
  #consider(watched: Watched): void {
    const { attempt } = watched;
    const { id } = attempt.exercise;
    const mine = this.#attempts.active?.exercise.id === id || this.#verdicts.isKnown(id);
    const due = mine && vscode.workspace.isTrusted && this.#onSave.wants(attempt) ? this.#verdicts.due(id) : undefined;
    if (due === watched.due) return;
    clearTimeout(watched.clock);
    watched.due = due;
    if (due) watched.clock = setTimeout(() => this.#grade(watched), QUIET);
  }

  /** Of the pack as it is now, and only what is still due when its turn comes. */
  #grade(watched: Watched): void {
    delete watched.due;
    const { id } = watched.attempt.exercise;
    const grade = () =>
      this.#notify.guard(async () => {
        const attempt = await this.#attempts.of(entryUri(watched.attempt));
        if (attempt && this.#verdicts.due(id)) await this.#grading.grade(attempt, "save");
      });
    if (this.#attempts.active?.exercise.id === id) void grade();
    else this.#others = this.#others.then(grade);
  }
}
