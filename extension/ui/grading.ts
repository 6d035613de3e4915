/** Grades attempts, newest save first, and lets everyone know by the verdict. */
import * as vscode from "vscode";
import { messageOf } from "../errors.ts";
import type { Grade } from "../protocol/grade.ts";
import type { SourceTree } from "../protocol/runtime.ts";
import { readAttempt } from "../supervisor/attempt.ts";
import { GradeQueue, SUPERSEDED } from "../supervisor/gradeQueue.ts";
import type { Attempt } from "./attempts.ts";
import { readCorpus } from "./corpus.ts";
import type { Notify } from "./notify.ts";
import type { ProgressStore } from "./progressStore.ts";
import type { Grader } from "./supervision.ts";
import { UNTRUSTED } from "./trust.ts";
import type { Verdicts } from "./verdicts.ts";

type Tier = Grade["tier"];

export class Grading implements vscode.Disposable {
  readonly #supervisor: Grader;
  readonly #verdicts: Verdicts;
  readonly #progress: ProgressStore;
  readonly #notify: Notify;
  readonly #queue = new GradeQueue<Grade>();

  constructor(supervisor: Grader, verdicts: Verdicts, progress: ProgressStore, notify: Notify) {
    this.#supervisor = supervisor;
    this.#verdicts = verdicts;
    this.#progress = progress;
    this.#notify = notify;
  }

  /** Readies what the next grade of the exercise needs, so that it comes at once. */
  async prepare({ exercise }: Attempt): Promise<void> {
    if (vscode.workspace.isTrusted) this.#supervisor.warm(exercise, await readCorpus());
  }

  /**
   * Grades the attempt as it is on disk when its turn comes.
   * @param source the attempt as it was, for a grade that belongs to a run
   * @returns nothing when there is no grade: newer work overtook it, it was cancelled or refused; the verdict says which
   */
  async grade(attempt: Attempt, tier: Tier, source?: SourceTree): Promise<Grade | undefined> {
    if (!vscode.workspace.isTrusted) return this.#refuse(attempt, UNTRUSTED);
    this.#verdicts.set(attempt, { phase: "grading", tier });
    try {
      const grade = await this.#queue.submit(attempt.exercise.id, (signal) => this.#ask(attempt, tier, source, signal));
      if (grade === SUPERSEDED) return undefined;
      await this.#progress.graded(grade);
      this.#verdicts.set(attempt, { phase: "graded", grade });
      return grade;
    } catch (thrown) {
      this.#notify.error(thrown);
      return this.#refuse(attempt, messageOf(thrown));
    }
  }

  /** Ends the exercise's grade, if one is under way; what was known of it is known no more. */
  cancel(attempt: Attempt): void {
    this.#queue.cancel(attempt.exercise.id);
    this.#verdicts.set(attempt, { phase: "none" });
  }

  dispose(): void {
    this.#queue.dispose();
  }

  async #ask({ exercise, folder }: Attempt, tier: Tier, source: SourceTree | undefined, signal: AbortSignal): Promise<Grade> {
    const corpus = await readCorpus();
    const attempt = source ?? (await readAttempt(exercise, folder));
    return this.#supervisor.grade({ exercise, attempt, tier, signal, ...(corpus !== undefined && { corpus }) });
  }

  #refuse(attempt: Attempt, reason: string): undefined {
    this.#verdicts.set(attempt, { phase: "refused", reason });
  }
}
