/** Verdicts as items and results of the native Testing view. */
import path from "node:path";
import * as vscode from "vscode";
import type { CheckResult, Grade, Outcome } from "../protocol/grade.ts";
import type { Attempt } from "./attempts.ts";
import { entryLine } from "./entryPoint.ts";
import { placeOf } from "./faults.ts";
import { feedback } from "./verdict.ts";
import type { VerdictChange } from "./verdicts.ts";

export class TestReport {
  readonly #controller: vscode.TestController;
  /** The test run that waits for an exercise's verdict. */
  readonly #waiting = new Map<string, vscode.TestRun>();
  readonly #outcomes = new WeakMap<vscode.TestItem, Outcome>();

  constructor(controller: vscode.TestController) {
    this.#controller = controller;
  }

  /** What the view says of each check that the last grade asked: title -> outcome. */
  outcomes(exercise: string): Record<string, Outcome> {
    const checks = [...(this.#controller.items.get(exercise)?.children ?? [])].map(([, item]) => item);
    return Object.fromEntries(checks.flatMap((item) => (this.#outcomes.has(item) ? [[item.label, this.#outcomes.get(item) as Outcome]] : [])));
  }

  /** The item of the exercise, made when it is not there. */
  item({ exercise, folder }: Attempt): vscode.TestItem {
    const uri = vscode.Uri.file(path.join(folder, exercise.entry));
    let item = this.#controller.items.get(exercise.id);
    if (!item || item.uri?.fsPath !== uri.fsPath) {
      item = this.#controller.createTestItem(exercise.id, exercise.title, uri);
      this.#controller.items.add(item);
    }
    item.range = entryRange(uri) ?? item.range;
    return item;
  }

  /** The next verdict on the attempt belongs to what was asked from the view. */
  expect(attempt: Attempt, request: vscode.TestRunRequest): void {
    this.#waiting.get(attempt.exercise.id)?.end();
    this.#waiting.set(attempt.exercise.id, this.#controller.createTestRun(request));
  }

  show({ attempt, verdict }: VerdictChange): void {
    const item = this.item(attempt);
    if (verdict.phase === "grading") this.#begin(item);
    const run = this.#waiting.get(item.id);
    if (!run || verdict.phase === "grading") return;
    if (verdict.phase === "graded") this.#tell(run, attempt, item, verdict.grade);
    else this.#forget(run, item);
    run.end();
    this.#waiting.delete(item.id);
  }

  #begin(item: vscode.TestItem): void {
    const request = new vscode.TestRunRequest([item], undefined, undefined, false, true);
    const run = this.#waiting.get(item.id) ?? this.#controller.createTestRun(request, item.label);
    this.#waiting.set(item.id, run);
    for (const asked of item.children.size > 0 ? childrenOf(item) : [item]) run.started(asked);
  }

  #tell(run: vscode.TestRun, attempt: Attempt, item: vscode.TestItem, grade: Grade): void {
    this.#forget(run, item, new Set(grade.checks.map((check) => check.id)));
    grade.checks.forEach((check, index) => {
      const child = this.#check(item, check, index);
      this.#outcomes.set(child, check.outcome);
      tellCheck(run, child, check, messageOf(attempt, item, check));
    });
    if (!grade.problem || grade.checks.length > 0) return; // each check has said it
    const message = new vscode.TestMessage(grade.problem.message);
    message.location = (grade.problem.location && placeOf(attempt, grade.problem.location)) ?? entryLocation(item);
    run.errored(item, message);
  }

  /** What was not asked has no result that is still true. */
  #forget(run: vscode.TestRun, item: vscode.TestItem, kept = new Set<string>()): void {
    for (const child of childrenOf(item)) {
      if (kept.has(child.id)) continue;
      this.#outcomes.delete(child);
      run.skipped(child);
    }
  }

  #check(item: vscode.TestItem, check: CheckResult, index: number): vscode.TestItem {
    const child = item.children.get(check.id) ?? this.#controller.createTestItem(check.id, check.title, item.uri);
    item.children.add(child);
    child.range = item.range;
    child.sortText = String(index).padStart(3, "0");
    child.description = `${check.points} ${check.points === 1 ? "point" : "points"}${check.hidden ? " · hidden" : ""}`;
    return child;
  }
}

const childrenOf = (item: vscode.TestItem): vscode.TestItem[] => [...item.children].map(([, child]) => child);

function tellCheck(run: vscode.TestRun, child: vscode.TestItem, check: CheckResult, message: vscode.TestMessage): void {
  if (check.outcome === "passed") run.passed(child, check.ms);
  else if (check.outcome === "failed") run.failed(child, message, check.ms);
  else if (check.outcome === "notGraded") run.skipped(child);
  else run.errored(child, message, check.ms);
}

/** Expected and actual stand side by side for shown checks only, and not where the mistake is known: its sentence says more. */
function messageOf(attempt: Attempt, item: vscode.TestItem, check: CheckResult): vscode.TestMessage {
  const { mismatch, hidden, diagnosis, location } = check;
  const compared = mismatch && !hidden && !diagnosis ? mismatch : undefined;
  const message = compared ? vscode.TestMessage.diff(feedback(check), compared.want, compared.got) : new vscode.TestMessage(feedback(check));
  message.location = (location && placeOf(attempt, location)) ?? entryLocation(item);
  return message;
}

const entryLocation = (item: vscode.TestItem): vscode.Location => new vscode.Location(item.uri as vscode.Uri, item.range ?? new vscode.Range(0, 0, 0, 0));

/** Only of a file that the editor holds already: reading it again would let verdicts overtake each other. */
function entryRange(uri: vscode.Uri): vscode.Range | undefined {
  const document = vscode.workspace.textDocuments.find((open) => open.uri.fsPath === uri.fsPath);
  return document?.lineAt(Math.min(entryLine(document.getText()), document.lineCount - 1)).range;
}
