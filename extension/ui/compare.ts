/** The reference beside the attempt, once the exercise is passed or given up. */
import path from "node:path";
import * as vscode from "vscode";
import { UserError } from "../errors.ts";
import type { Exercise } from "../exercise/model.ts";
import { mayCompare } from "../exercise/progress.ts";
import type { Grade } from "../protocol/grade.ts";
import type { Attempt } from "./attempts.ts";
import { REFERENCE_SCHEME } from "./contributions.ts";
import { runCommand } from "./editor.ts";
import type { Library } from "./library.ts";
import type { ProgressStore } from "./progressStore.ts";
import { inform } from "./say.ts";
import type { Verdicts } from "./verdicts.ts";
import { entryUri } from "./workbench.ts";

const FOLDER = "reference/";

export class Compare implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #library: Library;
  readonly #progress: ProgressStore;
  readonly #subscriptions: vscode.Disposable[];
  /** Of each exercise the last grade after which the reference was offered: a verdict may be said twice. */
  readonly #offered = new Map<string, string>();

  constructor(library: Library, progress: ProgressStore, verdicts: Verdicts) {
    this.#library = library;
    this.#progress = progress;
    this.#subscriptions = [
      vscode.workspace.registerTextDocumentContentProvider(REFERENCE_SCHEME, this),
      verdicts.onDidChange(({ attempt, verdict }) => verdict.phase === "graded" && this.#offer(attempt, verdict.grade)),
    ];
  }

  /** @throws {UserError} when the reference may not be seen yet */
  async show({ exercise, folder }: Attempt): Promise<void> {
    this.#requireEarned(exercise);
    const pairs = referenceFiles(exercise).map((file) => [vscode.Uri.file(path.join(folder, file)), referenceUri(exercise, file)] as const);
    const title = `${exercise.title}: your attempt ↔ reference`;
    await vscode.window.showTextDocument(entryUri({ exercise, folder }), { viewColumn: vscode.ViewColumn.One, preview: false }); // where the diff belongs
    const [only] = pairs;
    if (pairs.length === 1 && only) await vscode.commands.executeCommand("vscode.diff", ...only, title, { preview: false });
    else
      await vscode.commands.executeCommand(
        "vscode.changes",
        title,
        pairs.map(([attempt, reference]) => [attempt, attempt, reference]),
      );
    await vscode.commands.executeCommand("workbench.action.minimizeOtherEditors"); // in half a window VS Code would put the sides one below the other
  }

  /** A restored editor asks too: what is not earned is not shown. */
  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const exercise = await this.#library.get(uri.query);
    this.#requireEarned(exercise);
    return exercise.files[uri.path.slice(`/${exercise.slug}/`.length)] ?? "";
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  /** Once, when it has just been earned. */
  #offer({ exercise }: Attempt, grade: Grade): void {
    const { outcome, startedAt } = grade;
    if (outcome !== "passed" || this.#progress.of(exercise.id).passedAt !== startedAt || this.#offered.get(exercise.id) === startedAt) return;
    this.#offered.set(exercise.id, startedAt);
    const show = "Compare with Reference";
    void inform(`${exercise.title}: all checks passed.`, show).then(
      (chosen) => chosen && runCommand("practicum.compareWithReference", { exercise: exercise.id }),
    );
  }

  #requireEarned(exercise: Exercise): void {
    if (mayCompare(this.#progress.of(exercise.id))) return;
    throw new UserError(
      `The reference of ${exercise.title} is shown once all checks have passed.`,
      "Run the exercise, or choose Practicum: Give Up and Show Reference.",
    );
  }
}

const referenceUri = (exercise: Exercise, file: string): vscode.Uri =>
  vscode.Uri.from({ scheme: REFERENCE_SCHEME, path: `/${exercise.slug}/${FOLDER}${file}`, query: exercise.id });

const referenceFiles = (exercise: Exercise): string[] =>
  Object.keys(exercise.files)
    .filter((file) => file.startsWith(FOLDER) && file.endsWith(".ts"))
    .map((file) => file.slice(FOLDER.length));
