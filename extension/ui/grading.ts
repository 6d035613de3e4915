/** Grades attempts, newest save first, and lets everyone know by the verdict. */
import * as vscode from "vscode";
import { messageOf } from "../errors.ts";
import { isWhole } from "../exercise/progress.ts";
import type { Grade } from "../protocol/grade.ts";
import type { SourceTree } from "../protocol/runtime.ts";
import { GradeQueue, SUPERSEDED } from "../supervisor/gradeQueue.ts";
import type { Attempt } from "./attempts.ts";
import { readCorpus } from "./corpus.ts";
import { type Disk, UnreadAttempt } from "./disk.ts";
import type { Notify } from "./notify.ts";
import type { ProgressStore } from "./progressStore.ts";
import type { Grader } from "./supervision.ts";
import { UNTRUSTED } from "./trust.ts";
import type { Verdicts } from "./verdicts.ts";

type Tier = Grade["tier"];

export class Grading implements vscode.Disposable {
  readonly #supervisor: Grader;
  readonly #verdicts: Verdicts;
  readonly #disk: Disk;
  readonly #progress: ProgressStore;
  readonly #notify: Notify;
  readonly #queue = new GradeQueue<Grade>();
  /** Of each exercise the newest grade of all its checks that passed. */
  readonly #passed = new Map<string, Grade>();

  constructor(supervisor: Grader, verdicts: Verdicts, disk: Disk, progress: ProgressStore, notify: Notify) {
    this.#supervisor = supervisor;
    this.#verdicts = verdicts;
    this.#disk = disk;
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
   * @param seed that of an earlier grade, to ask about the same inputs: a replay, which is shown and not kept
   * @returns nothing when there is no grade: newer work overtook it, it was cancelled or refused; the verdict says which
   */
  async grade(attempt: Attempt, tier: Tier, source?: SourceTree, seed?: number): Promise<Grade | undefined> {
    if (!vscode.workspace.isTrusted) return void this.#verdicts.set(attempt, { phase: "untrusted", reason: UNTRUSTED });
    this.#verdicts.set(attempt, { phase: "grading", tier });
    try {
      const newest = await this.#queue.submit(attempt.exercise.id, (signal) => this.#ask(attempt, tier, source, signal, seed));
      if (newest === SUPERSEDED) return undefined;
      const grade = this.#standing(newest);
      const kept = this.#progress.graded(grade);
      this.#verdicts.set(attempt, { phase: "graded", grade }); // the verdict does not wait for the disk
      await kept;
      return grade;
    } catch (thrown) {
      const unread = thrown instanceof UnreadAttempt;
      if (!unread || tier === "run") this.#notify.error(thrown); // that a file is gone, every surface says already: not at each save once more
      if (unread) return void this.#verdicts.unread(attempt);
      return this.#refuse(attempt, messageOf(thrown));
    }
  }

  /** Ends the exercise's grade, if one is under way; what was known of it is known no more. */
  cancel(attempt: Attempt): void {
    this.#queue.cancel(attempt.exercise.id);
    this.#verdicts.set(attempt, { phase: "none" });
  }

  /** The attempt is another one: no verdict on it stands any more. */
  async forget(attempt: Attempt): Promise<void> {
    this.#passed.delete(attempt.exercise.id);
    await this.#disk.accept(attempt);
    await this.#progress.reset(attempt.exercise);
    this.cancel(attempt);
  }

  dispose(): void {
    this.#queue.dispose();
  }

  async #ask(attempt: Attempt, tier: Tier, source: SourceTree | undefined, signal: AbortSignal, seed?: number): Promise<Grade> {
    const corpus = await readCorpus();
    if (source) this.#disk.graded(attempt, source);
    const asked = source ?? (await this.#disk.read(attempt, signal));
    return this.#supervisor.grade({ exercise: attempt.exercise, attempt: asked, tier, signal, seed, ...(corpus !== undefined && { corpus }) });
  }

  /** A text that has passed every check has passed them still when it is saved unchanged, and its fast checks pass again. */
  #standing(grade: Grade): Grade {
    if (grade.replay) return grade;
    const whole = this.#passed.get(grade.exercise);
    const same = whole?.digests.attempt === grade.digests.attempt && whole.digests.pack === grade.digests.pack;
    if (same && grade.outcome === "passed" && !isWhole(grade)) return whole;
    if (isWhole(grade) && grade.outcome === "passed") this.#passed.set(grade.exercise, grade);
    return grade;
  }

  #refuse(attempt: Attempt, reason: string): undefined {
    this.#verdicts.set(attempt, { phase: "refused", reason });
  }
}
