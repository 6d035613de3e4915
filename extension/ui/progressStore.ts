/** A learner's progress as the editor shows it. It is kept in the learner's folder, where the command line finds it too. */
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import * as vscode from "vscode";
import { messageOf, UserError } from "../errors.ts";
import type { Exercise } from "../exercise/model.ts";
import { type ExerciseProgress, gaveUp, graded, hintRevealed, opened, type Progress, progressOf, reset } from "../exercise/progress.ts";
import type { Grade } from "../protocol/grade.ts";
import { ProgressFile } from "../supervisor/progressFile.ts";
import { learnerFolder } from "./learnerFolder.ts";
import type { Notify } from "./notify.ts";

export class ProgressStore implements vscode.Disposable {
  readonly #notify: Notify;
  readonly #changed = new vscode.EventEmitter<string | undefined>();
  /** Fires with the exercise's id; with none when all of it may be another. */
  readonly onDidChange = this.#changed.event;
  readonly #configured: vscode.Disposable;
  /** Why the last change was not kept: not said again at each save. */
  #failure: string | undefined;
  /** `writing` counts the changes that are not on disk yet. */
  #kept: { readonly file: ProgressFile; readonly watch: vscode.Disposable; progress: Progress; writing: number } | undefined;

  constructor(notify: Notify) {
    this.#notify = notify;
    this.#configured = vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("practicum.folder")) this.#forget();
    });
  }

  of(exercise: string): ExerciseProgress {
    return progressOf(this.#open().progress, exercise);
  }

  opened = ({ id }: Exercise) => this.#write(id, (progress) => opened(progress, id));
  graded = (grade: Grade) => this.#write(grade.exercise, (progress) => graded(progress, grade));
  reset = ({ id }: Exercise) => this.#write(id, (progress) => reset(progress, id));
  hintRevealed = ({ id }: Exercise) => this.#write(id, (progress) => hintRevealed(progress, id));
  gaveUp = ({ id }: Exercise) => this.#write(id, (progress) => gaveUp(progress, id));

  dispose(): void {
    this.#configured.dispose();
    this.#kept?.watch.dispose();
    this.#changed.dispose();
  }

  #open() {
    this.#kept ??= this.#opened(new ProgressFile(learnerFolder(), (problem) => this.#notify.error(problem)));
    return this.#kept;
  }

  #opened(file: ProgressFile) {
    const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(path.dirname(file.path), path.basename(file.path)));
    const again = () => this.#again();
    void this.#notify.guard(() => file.mended()); // the watcher hears of it
    return { file, progress: file.read(), writing: 0, watch: vscode.Disposable.from(watcher, watcher.onDidCreate(again), watcher.onDidChange(again)) };
  }

  /** The command line may have written, or another window. */
  #again(): void {
    const kept = this.#open();
    if (kept.writing === 0) this.#know(kept.file.read());
  }

  #know(progress: Progress): void {
    const kept = this.#open();
    if (isDeepStrictEqual(progress, kept.progress)) return; // it was this window
    kept.progress = progress;
    this.#changed.fire(undefined);
  }

  /** What is kept is read anew when it is next asked for. */
  #forget(): void {
    this.#kept?.watch.dispose();
    this.#kept = undefined;
    this.#changed.fire(undefined);
  }

  /** Known at once, and then kept. Where it cannot be written it is known in this session at least, and a verdict is shown all the same. */
  async #write(exercise: string, change: (progress: Progress) => Progress): Promise<void> {
    const kept = this.#open();
    kept.progress = change(kept.progress);
    kept.writing++;
    this.#changed.fire(exercise);
    try {
      const written = await kept.file.update(change);
      this.#failure = undefined;
      if (--kept.writing === 0 && kept === this.#kept) this.#know(written); // with what another program wrote meanwhile
    } catch (error) {
      kept.writing--;
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    if (messageOf(error) === this.#failure) return;
    this.#failure = messageOf(error);
    this.#notify.error(error instanceof UserError ? new UserError(`Your progress was not kept. ${error.message}`, error.remedy, { cause: error }) : error);
  }
}
