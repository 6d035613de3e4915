/**
 * What is known of each exercise in this session, and whether it is still about what is on disk. Status bar, tree, Testing view, diagnostics and panel all
 * show this and nothing else, so they agree.
 */
import * as vscode from "vscode";
import type { Attempt } from "./attempts.ts";
import { type OnDisk, Standing } from "./standing.ts";
import { sameVerdict, type Verdict } from "./verdict.ts";

export interface VerdictChange {
  readonly attempt: Attempt;
  readonly verdict: Verdict;
}

export class Verdicts implements vscode.Disposable {
  readonly #standings = new Map<string, Standing>();
  readonly #remembered: (exercise: string) => string | undefined;
  readonly #changed = new vscode.EventEmitter<VerdictChange>();
  readonly onDidChange = this.#changed.event;

  /** @param remembered digest of the attempt of an exercise's last grade, of earlier sessions too */
  constructor(remembered: (exercise: string) => string | undefined) {
    this.#remembered = remembered;
  }

  of(exercise: string): Verdict {
    return this.#standing(exercise).verdict;
  }

  /** Something was graded, or is, since the window was opened. */
  isKnown(exercise: string): boolean {
    return this.#standing(exercise).isKnown;
  }

  /** The digest on disk that no grade has read and none is about to. */
  due(exercise: string): string | undefined {
    return this.#standing(exercise).due;
  }

  set(attempt: Attempt, verdict: Verdict): void {
    const standing = this.#standing(attempt.exercise.id);
    standing.tell(verdict);
    this.#changed.fire({ attempt, verdict: standing.verdict });
  }

  /** The attempt could not be read for the grade that was under way: what was known before is. */
  unread(attempt: Attempt): void {
    const standing = this.#standing(attempt.exercise.id);
    standing.unread();
    this.#changed.fire({ attempt, verdict: standing.verdict });
  }

  /** A grade is of these bytes. */
  reads(attempt: Attempt, digest: string): void {
    this.#standing(attempt.exercise.id).reads(digest);
  }

  /** @param reading counts up with each reading that is begun */
  sees(attempt: Attempt, disk: OnDisk, reading: number): void {
    const standing = this.#standing(attempt.exercise.id);
    const before = standing.verdict;
    standing.sees(disk, reading);
    const { verdict } = standing;
    if (!sameVerdict(verdict, before)) this.#changed.fire({ attempt, verdict });
  }

  /** What is on disk now asks for no grade. */
  accepts({ exercise }: Attempt): void {
    this.#standing(exercise.id).accepts();
  }

  dispose(): void {
    this.#changed.dispose();
  }

  #standing(exercise: string): Standing {
    const standing = this.#standings.get(exercise) ?? new Standing(() => this.#remembered(exercise));
    this.#standings.set(exercise, standing);
    return standing;
  }
}
