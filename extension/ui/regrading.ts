/** A pack that was updated may judge by other checks: offers to grade again, and shows as a page what that changes. Never touches an attempt. */
import * as vscode from "vscode";
import type { Exercise, Pack } from "../exercise/model.ts";
import { type ExerciseProgress, isOutdated } from "../exercise/progress.ts";
import { offerText, type Regraded, regrade, regradePage } from "../packs/regrade.ts";
import { checksDigest } from "../supervisor/packStore.ts";
import type { Attempt, Attempts } from "./attempts.ts";
import { cancellable } from "./cancellable.ts";
import { REGRADE_SCHEME } from "./contributions.ts";
import type { Grading } from "./grading.ts";
import type { Library } from "./library.ts";
import type { ProgressStore } from "./progressStore.ts";
import { inform } from "./say.ts";
import { requireTrust } from "./trust.ts";
import { saveAttempt, showRendered } from "./workbench.ts";

const PAGE = vscode.Uri.from({ scheme: REGRADE_SCHEME, path: "/Graded again.md" });

interface Due {
  readonly attempt: Attempt;
  readonly before: NonNullable<ExerciseProgress["last"]>;
}

export class Regrading implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #library: Library;
  readonly #attempts: Attempts;
  readonly #grading: Grading;
  readonly #progress: ProgressStore;
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.#changed.event;
  readonly #registration = vscode.workspace.registerTextDocumentContentProvider(REGRADE_SCHEME, this);
  #page = "";

  constructor(library: Library, attempts: Attempts, grading: Grading, progress: ProgressStore) {
    this.#library = library;
    this.#attempts = attempts;
    this.#grading = grading;
    this.#progress = progress;
  }

  /** A pack has taken the place of an older version: what it says of an attempt is known no more, and may be asked. */
  async updated(pack: Pack): Promise<void> {
    const due = await this.#due(pack.exercises);
    for (const { attempt } of due) this.#grading.cancel(attempt);
    if (due.length === 0) return;
    const again = "Grade Again";
    if ((await inform(offerText(due.length, pack.version), again)) === again) await this.#regrade(due);
  }

  /** Every exercise whose standing grade was given by other checks than those of today. */
  async all(): Promise<void> {
    const due = await this.#due(await this.#library.exercises());
    if (due.length > 0) return this.#regrade(due);
    void inform("Every grade of yours was given by the checks that are installed.");
  }

  provideTextDocumentContent = (): string => this.#page;

  dispose(): void {
    for (const part of [this.#registration, this.#changed]) part.dispose();
  }

  async #due(exercises: readonly Exercise[]): Promise<readonly Due[]> {
    const found = await Promise.all(
      exercises.map(async (exercise) => {
        const progress = this.#progress.of(exercise.id);
        const attempt = isOutdated(progress, exercise.pack.version, checksDigest(exercise)) && (await this.#attempts.find(exercise));
        return attempt && progress.last ? [{ attempt, before: progress.last }] : [];
      }),
    );
    return found.flat();
  }

  async #regrade(due: readonly Due[]): Promise<void> {
    requireTrust();
    const all = await cancellable("Grading again", async (signal, report) => {
      const done: Regraded[] = [];
      for (const { attempt, before } of due) {
        if (signal.aborted) break;
        report(attempt.exercise.title, 100 / due.length);
        signal.onabort = () => this.#grading.cancel(attempt);
        await saveAttempt(attempt);
        const one = await regrade(attempt.exercise, before, (seed) => this.#grading.grade(attempt, before.tier, undefined, seed));
        if (one) done.push(one);
      }
      return done;
    });
    if (all.length === 0) return;
    this.#page = regradePage(all);
    this.#changed.fire(PAGE);
    await showRendered(PAGE);
  }
}
