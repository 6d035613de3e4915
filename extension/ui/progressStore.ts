/** A learner's progress, kept by the editor across sessions. */
import * as vscode from "vscode";
import type { Exercise } from "../exercise/model.ts";
import { type ExerciseProgress, emptyProgress, gaveUp, graded, hintRevealed, opened, type Progress, parseProgress, progressOf } from "../exercise/progress.ts";
import type { Grade } from "../protocol/grade.ts";

const KEY = "practicum.progress";

export class ProgressStore implements vscode.Disposable {
  readonly #memento: vscode.Memento;
  readonly #changed = new vscode.EventEmitter<string>();
  /** Fires with the exercise's id. */
  readonly onDidChange = this.#changed.event;

  constructor(memento: vscode.Memento) {
    this.#memento = memento;
  }

  of(exercise: string): ExerciseProgress {
    return progressOf(this.#all, exercise);
  }

  opened = (exercise: Exercise) => this.#write(exercise.id, opened(this.#all, exercise.id));
  graded = (grade: Grade) => this.#write(grade.exercise, graded(this.#all, grade));
  hintRevealed = (exercise: Exercise) => this.#write(exercise.id, hintRevealed(this.#all, exercise.id));
  gaveUp = (exercise: Exercise) => this.#write(exercise.id, gaveUp(this.#all, exercise.id));

  dispose(): void {
    this.#changed.dispose();
  }

  get #all(): Progress {
    return parseProgress(this.#memento.get(KEY)) ?? emptyProgress();
  }

  async #write(exercise: string, progress: Progress): Promise<void> {
    await this.#memento.update(KEY, progress);
    this.#changed.fire(exercise);
  }
}
