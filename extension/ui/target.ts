/** Which exercise a command is about: said by where it was called from, else the one being edited, else asked. */
import * as vscode from "vscode";
import { UserError } from "../errors.ts";
import type { Exercise } from "../exercise/model.ts";
import type { PanelTab } from "../protocol/panel.ts";
import { inert } from "../protocol/plainText.ts";
import type { Attempt, Attempts } from "./attempts.ts";
import { command } from "./editor.ts";
import type { ExerciseNode } from "./exerciseTree.ts";
import type { Library } from "./library.ts";
import { OfferedError } from "./notify.ts";

/** From the tree, from an editor or CodeLens, from another program (an id), or from the palette. */
export type Target = ExerciseNode | vscode.Uri | { readonly exercise: string; readonly confirm?: false; readonly tab?: PanelTab } | undefined;

export class Targets {
  readonly #library: Library;
  readonly #attempts: Attempts;

  constructor(library: Library, attempts: Attempts) {
    this.#library = library;
    this.#attempts = attempts;
  }

  /** @returns nothing when the learner closed the question */
  async exercise(target: Target): Promise<Exercise | undefined> {
    if (target === undefined) return this.#attempts.active?.exercise ?? this.pick();
    if (target instanceof vscode.Uri) return (await this.#attemptAt(target)).exercise;
    return typeof target.exercise === "string" ? this.#library.get(target.exercise) : target.exercise;
  }

  /** @throws {UserError} when the exercise was never opened */
  async attempt(target: Target): Promise<Attempt | undefined> {
    if (target instanceof vscode.Uri) return this.#attemptAt(target);
    if (target === undefined && this.#attempts.active) return this.#attempts.active;
    const exercise = await this.exercise(target);
    if (!exercise) return undefined;
    const attempt = await this.#attempts.find(exercise);
    if (attempt) return attempt;
    throw new OfferedError(
      `${exercise.title} is not open yet.`,
      "Open it first.",
      command("practicum.openExercise", "Open Exercise", { exercise: exercise.id }),
    );
  }

  async pick(): Promise<Exercise | undefined> {
    const packs = await this.#library.packs();
    const items = packs.flatMap((pack) => [
      { label: inert(pack.title), kind: vscode.QuickPickItemKind.Separator, exercise: undefined },
      ...pack.exercises.map((exercise) => ({
        label: inert(exercise.title),
        description: `${exercise.difficulty} · ${exercise.minutes} min`,
        detail: inert(exercise.teaches.join(", ")),
        exercise,
      })),
    ]);
    const picked = await vscode.window.showQuickPick(items, { title: "Practicum: choose an exercise", matchOnDetail: true });
    return picked?.exercise;
  }

  async #attemptAt(uri: vscode.Uri): Promise<Attempt> {
    const attempt = await this.#attempts.of(uri);
    if (!attempt) throw new UserError("This file does not belong to an exercise.", "Open an exercise from the Practicum view.");
    return attempt;
  }
}
