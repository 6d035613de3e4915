/** The reference beside the attempt, once the exercise is passed or given up. */
import path from "node:path";
import * as vscode from "vscode";
import { UserError } from "../errors.ts";
import type { Exercise } from "../exercise/model.ts";
import { mayCompare } from "../exercise/progress.ts";
import type { Attempt } from "./attempts.ts";
import { REFERENCE_SCHEME } from "./contributions.ts";
import type { Library } from "./library.ts";
import type { ProgressStore } from "./progressStore.ts";

const FOLDER = "reference/";

export class Compare implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #library: Library;
  readonly #progress: ProgressStore;
  readonly #registration = vscode.workspace.registerTextDocumentContentProvider(REFERENCE_SCHEME, this);

  constructor(library: Library, progress: ProgressStore) {
    this.#library = library;
    this.#progress = progress;
  }

  /** @throws {UserError} when the reference may not be seen yet */
  async show({ exercise, folder }: Attempt): Promise<void> {
    this.#requireEarned(exercise);
    const pairs = referenceFiles(exercise).map((file) => [vscode.Uri.file(path.join(folder, file)), referenceUri(exercise, file)] as const);
    const title = `${exercise.title}: your attempt ↔ reference`;
    const [only] = pairs;
    if (pairs.length === 1 && only) await vscode.commands.executeCommand("vscode.diff", ...only, title, { viewColumn: vscode.ViewColumn.One });
    else
      await vscode.commands.executeCommand(
        "vscode.changes",
        title,
        pairs.map(([attempt, reference]) => [attempt, attempt, reference]),
      );
  }

  /** A restored editor asks too: what is not earned is not shown. */
  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const exercise = await this.#library.get(uri.query);
    this.#requireEarned(exercise);
    return exercise.files[uri.path.slice(`/${exercise.slug}/`.length)] ?? "";
  }

  dispose(): void {
    this.#registration.dispose();
  }

  #requireEarned(exercise: Exercise): void {
    if (mayCompare(this.#progress.of(exercise.id))) return;
    throw new UserError(
      `The reference of ${exercise.title} is shown once all checks have passed.`,
      "Run the exercise, or give up with the command Practicum: Give Up.",
    );
  }
}

const referenceUri = (exercise: Exercise, file: string): vscode.Uri =>
  vscode.Uri.from({ scheme: REFERENCE_SCHEME, path: `/${exercise.slug}/${FOLDER}${file}`, query: exercise.id });

const referenceFiles = (exercise: Exercise): string[] =>
  Object.keys(exercise.files)
    .filter((file) => file.startsWith(FOLDER) && file.endsWith(".ts"))
    .map((file) => file.slice(FOLDER.length));
