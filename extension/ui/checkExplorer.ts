/** The native Testing view: exercises and their checks, asked from there. What it shows is `testReport.ts`'s work. */
import * as vscode from "vscode";
import type { Grade } from "../protocol/grade.ts";
import type { Attempt, Attempts } from "./attempts.ts";
import type { Grading } from "./grading.ts";
import type { Library } from "./library.ts";
import type { OnSave } from "./onSave.ts";
import { TestReport } from "./testReport.ts";
import type { Verdicts } from "./verdicts.ts";

type Tier = Grade["tier"];

export class CheckExplorer implements vscode.Disposable {
  readonly #library: Library;
  readonly #attempts: Attempts;
  readonly #grading: Grading;
  readonly #onSave: OnSave;
  readonly #controller = vscode.tests.createTestController("practicum", "Practicum");
  readonly #subscription: vscode.Disposable;
  readonly report = new TestReport(this.#controller);

  constructor(library: Library, attempts: Attempts, grading: Grading, onSave: OnSave, verdicts: Verdicts) {
    this.#library = library;
    this.#attempts = attempts;
    this.#grading = grading;
    this.#onSave = onSave;
    this.#controller.resolveHandler = (item) => (item ? undefined : this.#discover());
    this.#profile("Checks on Save", "save");
    this.#profile("All Checks", "run");
    this.#subscription = verdicts.onDidChange((change) => this.report.show(change));
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#controller.dispose();
  }

  /** The fast checks are the default, and the ones that a continuous run asks. */
  #profile(label: string, tier: Tier): void {
    const handler = (request: vscode.TestRunRequest, token: vscode.CancellationToken) => this.#requested(request, tier, token);
    this.#controller.createRunProfile(label, vscode.TestRunProfileKind.Run, handler, tier === "save", undefined, tier === "save");
  }

  async #discover(): Promise<void> {
    for (const exercise of await this.#library.exercises()) {
      const attempt = await this.#attempts.find(exercise);
      if (attempt) this.report.item(attempt);
    }
  }

  async #requested(request: vscode.TestRunRequest, tier: Tier, token: vscode.CancellationToken): Promise<void> {
    const attempts = await this.#asked(request);
    if (!request.continuous) return void (await Promise.all(attempts.map((attempt) => this.#grade(request, attempt, tier, token))));
    const watches = attempts.map((attempt) => this.#onSave.watch(attempt.exercise.id));
    token.onCancellationRequested(() => vscode.Disposable.from(...watches).dispose());
  }

  async #grade(request: vscode.TestRunRequest, attempt: Attempt, tier: Tier, token: vscode.CancellationToken): Promise<void> {
    this.report.expect(attempt, request);
    const stop = token.onCancellationRequested(() => this.#grading.cancel(attempt));
    await this.#grading.grade(attempt, tier);
    stop.dispose();
  }

  /** The attempts that are asked for. A single check stands for its exercise: they are all asked together. */
  async #asked({ include, exclude }: vscode.TestRunRequest): Promise<Attempt[]> {
    if (!include) await this.#discover();
    const items = include ?? [...this.#controller.items].map(([, item]) => item);
    const ids = new Set(items.filter((item) => !exclude?.includes(item)).map((item) => (item.parent ?? item).id));
    const exercises = (await this.#library.exercises()).filter((exercise) => ids.has(exercise.id));
    const attempts = await Promise.all(exercises.map((exercise) => this.#attempts.find(exercise)));
    return attempts.filter((attempt) => attempt !== undefined);
  }
}
