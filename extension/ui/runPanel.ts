/** The one panel beside the editor. It keeps nothing: whenever it appears it is shown all that the host knows, and then appended to. */
import { randomBytes } from "node:crypto";
import * as vscode from "vscode";
import { panelHtml } from "../../webviews/panel/html.ts";
import type { Exercise } from "../exercise/model.ts";
import { mayCompare } from "../exercise/progress.ts";
import { type PanelIntent, type PanelTab, type PanelUpdate, toJson } from "../protocol/panel.ts";
import type { RunStore } from "../supervisor/runStore.ts";
import type { Attempts } from "./attempts.ts";
import { PANEL } from "./contributions.ts";
import { EarlierRuns } from "./earlierRuns.ts";
import { runCommand } from "./editor.ts";
import type { Notify } from "./notify.ts";
import { placeOf } from "./places.ts";
import { Profiles, saveTrace } from "./profiles.ts";
import type { ProgressStore } from "./progressStore.ts";
import type { Run, Runs } from "./runs.ts";
import { saveExport } from "./saveExport.ts";
import { gradeOf, type Verdict } from "./verdict.ts";
import type { VerdictChange, Verdicts } from "./verdicts.ts";
import { columnBeside } from "./workbench.ts";

/** Updates are gathered for this many milliseconds: twenty a second look alive. */
const GATHER = 50;

export class RunPanel implements vscode.WebviewPanelSerializer, vscode.Disposable {
  readonly #dist: vscode.Uri;
  readonly #runs: Runs;
  readonly #verdicts: Verdicts;
  readonly #attempts: Attempts;
  readonly #progress: ProgressStore;
  readonly #notify: Notify;
  readonly #profiles = new Profiles();
  readonly #earlier: EarlierRuns;
  readonly #subscriptions: vscode.Disposable[];
  #panel: vscode.WebviewPanel | undefined;
  /** The webview's program listens; it does not while the panel is hidden. */
  #ready = false;
  /** What it is about: the exercise that was last edited, or that it was opened for. */
  #exercise: Exercise | undefined;
  /** The tab to show next. */
  #wanted: PanelTab | undefined;
  #gathering: NodeJS.Timeout | undefined;

  constructor(dist: vscode.Uri, runs: Runs, verdicts: Verdicts, attempts: Attempts, progress: ProgressStore, notify: Notify) {
    this.#dist = dist;
    this.#runs = runs;
    this.#verdicts = verdicts;
    this.#attempts = attempts;
    this.#progress = progress;
    this.#notify = notify;
    this.#earlier = new EarlierRuns(runs.kept);
    this.#subscriptions = [
      vscode.window.registerWebviewPanelSerializer(PANEL, this),
      runs.onDidChange((run) => this.#gather(run)),
      verdicts.onDidChange((change) => this.#graded(change)),
      attempts.onDidActivate((attempt) => attempt && this.#turnTo(attempt.exercise)),
      progress.onDidChange((exercise) => exercise === this.#exercise?.id && this.#show()),
      new vscode.Disposable(runs.kept.onChange((exercise) => exercise === this.#exercise?.id && this.#showEarlier())),
    ];
  }

  /** @param exercise another than the one that it is about */
  show(tab: PanelTab, exercise?: Exercise): void {
    if (exercise) this.#exercise = exercise;
    if (!this.#panel) this.#adopt(vscode.window.createWebviewPanel(PANEL, "Practicum", { viewColumn: columnBeside(), preserveFocus: true }));
    this.#panel?.reveal(undefined, true);
    this.#wanted = tab;
    this.#show();
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel): Promise<void> {
    this.#adopt(panel);
  }

  dispose(): void {
    clearTimeout(this.#gathering);
    this.#panel?.dispose();
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #adopt(panel: vscode.WebviewPanel): void {
    this.#panel = panel;
    const { webview } = panel;
    webview.options = { enableScripts: true, localResourceRoots: [this.#dist] };
    webview.onDidReceiveMessage((intent: PanelIntent) => this.#notify.guard(() => this.#intend(intent)));
    panel.onDidChangeViewState(() => (this.#ready &&= panel.visible));
    panel.onDidDispose(() => {
      this.#panel = undefined;
      this.#ready = false;
    });
    const file = (name: string) => String(webview.asWebviewUri(vscode.Uri.joinPath(this.#dist, name)));
    webview.html = panelHtml({
      scriptUri: file("panel.js"),
      styleUri: file("panel.css"),
      cspSource: webview.cspSource,
      nonce: randomBytes(16).toString("base64"),
    });
  }

  async #intend(intent: PanelIntent): Promise<void> {
    switch (intent.kind) {
      case "ready":
        this.#ready = true;
        return this.#show();
      case "cancel":
        if (intent.run === this.#runs.current?.store.head.id) this.#runs.cancel();
        return;
      case "runAgain":
        return void (await runCommand("practicum.runExercise", { exercise: intent.exercise }));
      case "profileRun":
        return void (await runCommand("practicum.profileExercise", { exercise: intent.exercise }));
      case "overlay":
      case "removeRun":
      case "saveEvents":
        if (this.#exercise && (await this.#earlier.intend(intent, this.#exercise.id, this.#run))) this.#showEarlier();
        return;
      case "saveTrace":
        return this.#run?.head.id === intent.run ? saveTrace(this.#run) : undefined;
      case "compare":
        return void (await runCommand("practicum.compareWithReference", { exercise: intent.exercise }));
      case "giveUp":
        return void (await runCommand("practicum.giveUp", { exercise: intent.exercise }));
      case "goTo":
        return this.#goTo(intent);
      case "copy":
        return vscode.env.clipboard.writeText(intent.text);
      case "save":
        return saveExport(intent);
    }
  }

  async #goTo(intent: Extract<PanelIntent, { kind: "goTo" }>): Promise<void> {
    const attempt = this.#exercise && (await this.#attempts.find(this.#exercise));
    const place = attempt && placeOf(attempt, intent);
    if (!place) return;
    const selection = new vscode.Range(place.range.start, place.range.start);
    await vscode.window.showTextDocument(place.uri, { viewColumn: vscode.ViewColumn.One, selection });
  }

  get #run(): RunStore | undefined {
    return this.#exercise && this.#runs.of(this.#exercise.id)?.store;
  }

  #turnTo(exercise: Exercise): void {
    if (exercise.id === this.#exercise?.id) return;
    this.#exercise = exercise;
    this.#show();
  }

  /** All that there is to see of the exercise. */
  #show(): void {
    if (!this.#ready) return;
    this.#exercise ??= this.#attempts.active?.exercise;
    const exercise = this.#exercise;
    const run = this.#run;
    const verdict = exercise && this.#verdicts.of(exercise.id);
    const grade = verdict && gradeOf(verdict);
    run?.takeFresh(); // the snapshot has it
    this.#post({
      kind: "show",
      ...(run && { run: run.snapshot() }),
      ...(grade && { grade }),
      ...(this.#wanted && { tab: this.#wanted }),
      ...(exercise && { exercise: exercise.id, title: exercise.title, mayCompare: mayCompare(this.#progress.of(exercise.id)) }),
      ...noticeOf(verdict),
    });
    this.#wanted = undefined;
    if (run) for (const update of this.#profiles.news(run, true)) this.#post(update);
    this.#showEarlier();
  }

  #showEarlier(): void {
    const exercise = this.#exercise?.id;
    if (!this.#ready || exercise === undefined) return;
    void this.#notify.guard(async () => this.#post(await this.#earlier.update(exercise, this.#run?.head.id)));
  }

  #gather({ attempt }: Run): void {
    if (attempt.exercise.id !== this.#exercise?.id || !this.#ready || this.#gathering) return;
    this.#gathering = setTimeout(() => {
      this.#gathering = undefined;
      this.#flush();
    }, GATHER);
  }

  #flush(): void {
    const run = this.#run;
    if (!run || !this.#ready) return;
    this.#post({ kind: "state", run: run.head });
    const series = run.takeFresh();
    if (series.length > 0) this.#post({ kind: "append", run: run.head.id, series });
    for (const update of this.#profiles.news(run, false)) this.#post(update);
  }

  /** While it is graded the grade before stays in sight. */
  #graded({ attempt, verdict }: VerdictChange): void {
    if (!this.#ready || attempt.exercise.id !== this.#exercise?.id) return;
    if (verdict.phase === "graded") this.#post({ kind: "grade", grade: verdict.grade });
    else if (verdict.phase !== "grading") this.#show();
  }

  #post(update: PanelUpdate): void {
    void this.#panel?.webview.postMessage(toJson(update));
  }
}

const noticeOf = (verdict: Verdict | undefined): { notice?: string } => (verdict && "reason" in verdict ? { notice: verdict.reason } : {});
