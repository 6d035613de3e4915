/** The status bar: the verdict on the attempt being edited, and the backend that it was computed on. */
import * as vscode from "vscode";
import type { Exercise } from "../exercise/model.ts";
import { inert } from "../protocol/plainText.ts";
import type { Attempts } from "./attempts.ts";
import { command } from "./editor.ts";
import { joined, markdown } from "./markdown.ts";
import type { ProgressStore } from "./progressStore.ts";
import { MANAGE_TRUST } from "./trust.ts";
import { badgeOf, circumstances, firstProblem, type Verdict } from "./verdict.ts";
import type { Verdicts } from "./verdicts.ts";

export class GradeStatus implements vscode.Disposable {
  readonly #attempts: Attempts;
  readonly #verdicts: Verdicts;
  readonly #progress: ProgressStore;
  readonly #item = vscode.window.createStatusBarItem("practicum.grade", vscode.StatusBarAlignment.Left, 50);
  readonly #subscriptions: vscode.Disposable[];

  constructor(attempts: Attempts, verdicts: Verdicts, progress: ProgressStore) {
    this.#attempts = attempts;
    this.#verdicts = verdicts;
    this.#progress = progress;
    this.#item.name = "Practicum Grade";
    this.#subscriptions = [
      this.#item,
      attempts.onDidActivate(() => this.#show()),
      verdicts.onDidChange(() => this.#show()),
      progress.onDidChange(() => this.#show()),
    ];
  }

  /** What the learner reads there; empty while it is hidden. */
  get text(): string {
    return this.#attempts.active ? this.#item.text : "";
  }

  /** What hovering over it tells; empty while it is hidden. */
  get tooltip(): string {
    return this.#attempts.active && this.#item.tooltip instanceof vscode.MarkdownString ? this.#item.tooltip.value : "";
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #show(): void {
    const exercise = this.#attempts.active?.exercise;
    if (exercise) this.#tell(exercise);
    else this.#item.hide();
  }

  #tell(exercise: Exercise): void {
    const verdict = this.#verdicts.of(exercise.id);
    const badge = badgeOf(verdict, this.#progress.of(exercise.id), exercise.pack.version);
    const backend = verdict.phase === "graded" ? verdict.grade.backend : undefined;
    this.#item.text = `$(${badge.icon}) ${inert(badge.text)}${backend ? ` · ${backend.name}` : ""}`;
    this.#item.color = badge.grey && badge.color ? new vscode.ThemeColor(badge.color) : undefined;
    this.#item.tooltip = tooltip(exercise.title, badge.sentence, verdict);
    this.#item.accessibilityInformation = { label: `${exercise.title}: ${badge.sentence}`, role: "button" };
    this.#item.command = verdict.phase === "untrusted" ? MANAGE_TRUST : command("practicum.showPanel", "Show Checks", { tab: "checks", exercise: exercise.id });
    this.#item.show();
  }
}

function tooltip(title: string, sentence: string, verdict: Verdict): vscode.MarkdownString {
  const head = [markdown`**Practicum: ${title}**`, markdown`${sentence}`];
  if (verdict.phase !== "graded") return joined(head);
  const problem = firstProblem(verdict.grade);
  return joined([...head, ...(problem ? [markdown`${problem}`] : []), ...circumstances(verdict.grade).map((line) => markdown`${line}`)]);
}
