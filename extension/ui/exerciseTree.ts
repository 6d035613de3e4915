/** Packs and their exercises in the activity bar: how hard, how long, how far. */
import * as vscode from "vscode";
import type { Exercise, Pack } from "../exercise/model.ts";
import { type ExerciseProgress, mayCompare } from "../exercise/progress.ts";
import type { Attempts } from "./attempts.ts";
import { VIEW } from "./contributions.ts";
import { command, setContext } from "./editor.ts";
import type { Library } from "./library.ts";
import { icon, joined, markdown } from "./markdown.ts";
import type { Notify } from "./notify.ts";
import type { ProgressStore } from "./progressStore.ts";
import { type Badge, badgeOf } from "./verdict.ts";
import type { Verdicts } from "./verdicts.ts";

export type TreeNode = PackNode | ExerciseNode;
export interface PackNode {
  readonly kind: "pack";
  readonly pack: Pack;
}
export interface ExerciseNode {
  readonly kind: "exercise";
  readonly exercise: Exercise;
}

export class ExerciseTree implements vscode.TreeDataProvider<TreeNode>, vscode.Disposable {
  readonly #library: Library;
  readonly #attempts: Attempts;
  readonly #verdicts: Verdicts;
  readonly #progress: ProgressStore;
  readonly #notify: Notify;
  readonly #changed = new vscode.EventEmitter<TreeNode | undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #nodes = new Map<string, ExerciseNode>();
  readonly #subscriptions: vscode.Disposable[];

  constructor(library: Library, attempts: Attempts, verdicts: Verdicts, progress: ProgressStore, notify: Notify) {
    this.#library = library;
    this.#attempts = attempts;
    this.#verdicts = verdicts;
    this.#progress = progress;
    this.#notify = notify;
    this.#subscriptions = [
      this.#changed,
      vscode.window.registerTreeDataProvider(VIEW, this),
      library.onDidChange(() => this.#changed.fire(undefined)),
      verdicts.onDidChange(({ attempt }) => this.#changed.fire(this.#nodes.get(attempt.exercise.id))),
      progress.onDidChange((exercise) => this.#changed.fire(exercise ? this.#nodes.get(exercise) : undefined)),
    ];
  }

  async getChildren(node?: TreeNode): Promise<TreeNode[]> {
    if (node?.kind === "exercise") return [];
    if (node) return node.pack.exercises.map((exercise) => this.#shown(exercise));
    const packs = await this.#notify.guard(() => this.#library.packs());
    void setContext("practicum.unreadable", packs === undefined);
    return (packs ?? []).map((pack) => ({ kind: "pack", pack }));
  }

  getTreeItem(node: TreeNode): vscode.TreeItem {
    return node.kind === "pack" ? packItem(node.pack, this.#library) : this.#exerciseItem(node);
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  /** A grade of an earlier day is shown with it, so the attempt is looked for: it may have changed since. */
  #shown(exercise: Exercise): ExerciseNode {
    const node: ExerciseNode = { kind: "exercise", exercise };
    this.#nodes.set(exercise.id, node);
    if (this.#progress.of(exercise.id).last) void this.#notify.guard(() => this.#attempts.find(exercise));
    return node;
  }

  #exerciseItem(node: ExerciseNode): vscode.TreeItem {
    const { exercise } = node;
    const progress = this.#progress.of(exercise.id);
    const badge = badgeOf(this.#verdicts.of(exercise.id), progress, exercise.pack.version);
    const number = Number.parseInt(exercise.slug, 10);
    const item = new vscode.TreeItem(`${number}  ${exercise.title}`);
    item.id = exercise.id;
    item.description = [badge.brief, exercise.difficulty].filter(Boolean).join(" · "); // short: the title comes first
    item.iconPath = new vscode.ThemeIcon(badge.icon, badge.color ? new vscode.ThemeColor(badge.color) : undefined);
    item.tooltip = tooltip(exercise, badge, progress);
    item.accessibilityInformation = { label: `${number} ${exercise.title}, ${effort(exercise)}. ${badge.sentence}` };
    item.contextValue = mayCompare(progress) ? "exercise comparable" : "exercise";
    item.command = command("practicum.openExercise", "Open Exercise", node);
    return item;
  }
}

function packItem(pack: Pack, library: Library): vscode.TreeItem {
  const item = new vscode.TreeItem(pack.title, vscode.TreeItemCollapsibleState.Expanded);
  item.id = pack.id;
  item.iconPath = new vscode.ThemeIcon("book");
  item.tooltip = `${pack.title} ${pack.version}`;
  const installed = !library.isBuiltIn(pack);
  item.description = library.isPreview(pack) ? "preview" : installed ? pack.version : undefined;
  item.contextValue = installed && !library.isPreview(pack) ? "pack removable" : "pack";
  return item;
}

const effort = ({ difficulty, minutes }: Exercise): string => `${difficulty}, about ${minutes} min`;

function tooltip(exercise: Exercise, badge: Badge, { best, grades }: ExerciseProgress): vscode.MarkdownString {
  const teaches = exercise.teaches.map((what) => markdown`- ${what}`);
  const history = best
    ? [markdown`Best so far: ${`${best.score} of ${best.points} points, in ${grades.length} ${grades.length === 1 ? "grade" : "grades"}.`}`]
    : [];
  const head = [markdown`**${exercise.title}** (${effort(exercise)})`, markdown`${icon(badge.icon.replace("~spin", ""))} ${badge.sentence}`];
  return joined([...head, ...history, joined(teaches, "\n")]);
}
