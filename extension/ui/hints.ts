/** The hints revealed so far, as one Markdown page that grows by a step each time. */
import * as vscode from "vscode";
import { UserError } from "../errors.ts";
import { parseHints } from "../exercise/hints.ts";
import type { Exercise } from "../exercise/model.ts";
import { markdownText } from "../protocol/plainText.ts";
import { HINTS_SCHEME } from "./contributions.ts";
import type { Library } from "./library.ts";
import type { ProgressStore } from "./progressStore.ts";
import { showRendered } from "./workbench.ts";

export class Hints implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #library: Library;
  readonly #progress: ProgressStore;
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.#changed.event;
  readonly #registration = vscode.workspace.registerTextDocumentContentProvider(HINTS_SCHEME, this);

  constructor(library: Library, progress: ProgressStore) {
    this.#library = library;
    this.#progress = progress;
  }

  /** Reveals one more step, and shows all that are revealed. */
  async reveal(exercise: Exercise): Promise<void> {
    const steps = stepsOf(exercise);
    if (steps.length === 0) throw new UserError(`${exercise.title} has no hints.`, "Its statement says what to build.");
    if (this.#progress.of(exercise.id).hints < steps.length) await this.#progress.hintRevealed(exercise);
    const uri = hintsUri(exercise);
    this.#changed.fire(uri);
    await showRendered(uri);
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const exercise = await this.#library.get(uri.query);
    const steps = stepsOf(exercise);
    const revealed = steps.slice(0, this.#progress.of(exercise.id).hints);
    const left = steps.length - revealed.length;
    const foot = left === 0 ? "That was the last hint." : `${left} more: *Show Hint* reveals the next one.`;
    return [`# Hints: ${markdownText(exercise.title)}`, ...revealed.map((hint, i) => `## ${i + 1}. ${hint.title}\n\n${hint.text}`), "---", foot, ""].join(
      "\n\n",
    );
  }

  dispose(): void {
    this.#registration.dispose();
    this.#changed.dispose();
  }
}

export const hintsUri = (exercise: Exercise): vscode.Uri => vscode.Uri.from({ scheme: HINTS_SCHEME, path: `/${exercise.slug}/Hints.md`, query: exercise.id });

const stepsOf = (exercise: Exercise) => parseHints(exercise.files["hints.md"] ?? "");
