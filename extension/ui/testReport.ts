/** Verdicts as items and results of the native Testing view. */
import * as vscode from "vscode";
import type { CheckResult, Grade, Outcome, UnaskedCheck } from "../protocol/grade.ts";
import { inert } from "../protocol/plainText.ts";
import type { Attempt } from "./attempts.ts";
import { functionOf, placeOf, placeOfCheck } from "./places.ts";
import { feedback, gradeOf, type Verdict } from "./verdict.ts";
import type { VerdictChange } from "./verdicts.ts";

export class TestReport {
  readonly #controller: vscode.TestController;
  /** The test run that waits for an exercise's verdict. */
  readonly #waiting = new Map<string, vscode.TestRun>();
  readonly #outcomes = new WeakMap<vscode.TestItem, Outcome>();
  /** Exercises of which the view shows results as outdated. */
  readonly #old = new Set<string>();

  constructor(controller: vscode.TestController) {
    this.#controller = controller;
  }

  /** What the view says of each check that the last grade asked: title -> outcome. */
  outcomes(exercise: string): Record<string, Outcome | "old"> {
    const checks = [...(this.#controller.items.get(exercise)?.children ?? [])].map(([, item]) => item);
    const said = (item: vscode.TestItem) => (this.#old.has(exercise) ? "old" : (this.#outcomes.get(item) as Outcome));
    return Object.fromEntries(checks.flatMap((item) => (this.#outcomes.has(item) ? [[item.label, said(item)]] : [])));
  }

  /** The item of the exercise, made when it is not there. */
  item(attempt: Attempt): vscode.TestItem {
    const { exercise } = attempt;
    const { uri, range } = functionOf(attempt);
    let item = this.#controller.items.get(exercise.id);
    if (!item || item.uri?.fsPath !== uri.fsPath) {
      item = this.#controller.createTestItem(exercise.id, inert(exercise.title), uri);
      this.#controller.items.add(item);
    }
    item.range = range;
    return item;
  }

  /** The next verdict on the attempt belongs to what was asked from the view. */
  expect(attempt: Attempt, request: vscode.TestRunRequest): void {
    this.#waiting.get(attempt.exercise.id)?.end();
    this.#waiting.set(attempt.exercise.id, this.#controller.createTestRun(request));
  }

  show({ attempt, verdict }: VerdictChange): void {
    const item = this.item(attempt);
    if (verdict.phase === "none") {
      item.children.replace([]); // and with them what was known of them
      item.description = "";
    }
    if (verdict.phase === "grading") this.#begin(item);
    else this.#end(attempt, item, verdict);
    this.#mark(item, verdict);
  }

  #begin(item: vscode.TestItem): void {
    const run = this.#run(item);
    for (const asked of item.children.size > 0 ? childrenOf(item) : [item]) run.started(asked);
  }

  /** A verdict that stands again is told again: there is no way to take back that results are outdated. */
  #end(attempt: Attempt, item: vscode.TestItem, verdict: Verdict): void {
    const again = verdict.phase === "graded" && this.#old.has(item.id);
    const run = again ? this.#run(item) : this.#waiting.get(item.id);
    const grade = gradeOf(verdict);
    if (run && grade) this.#tell(run, attempt, item, grade);
    run?.end();
    this.#waiting.delete(item.id);
  }

  /** The view shows what is outdated paler, and the exercise says why. */
  #mark(item: vscode.TestItem, verdict: Verdict): void {
    const why = verdict.phase === "old" ? "changed since" : verdict.phase === "missing" ? verdict.text : undefined;
    item.description = why;
    if (why) this.#controller.invalidateTestResults(item);
    if (why) this.#old.add(item.id);
    else this.#old.delete(item.id);
  }

  /** That which waits for the verdict on the exercise, or a new one. */
  #run(item: vscode.TestItem): vscode.TestRun {
    const request = new vscode.TestRunRequest([item], undefined, undefined, false, true);
    const run = this.#waiting.get(item.id) ?? this.#controller.createTestRun(request, item.label);
    this.#waiting.set(item.id, run);
    return run;
  }

  #tell(run: vscode.TestRun, attempt: Attempt, item: vscode.TestItem, grade: Grade): void {
    item.description = grade.replay ? "replay" : "";
    const asked = grade.checks.map((check) => this.#check(item, check, grade.replay && "replay"));
    const waiting = (grade.unasked ?? []).map((check) => this.#check(item, check, "waits for Run Exercise"));
    item.children.replace([...asked, ...waiting]);
    for (const [index, child] of [...asked, ...waiting].entries()) child.sortText = String(index).padStart(3, "0");
    for (const [index, check] of grade.checks.entries()) {
      const child = asked[index] as vscode.TestItem;
      child.range = functionOf(attempt, check.asks).range;
      this.#outcomes.set(child, check.outcome);
      tellCheck(run, child, check, messageOf(attempt, check));
    }
    for (const child of waiting) {
      this.#outcomes.delete(child);
      run.skipped(child); // what it showed was of an older text
    }
    if (!grade.problem || grade.checks.length > 0) return; // each check has said it
    const message = new vscode.TestMessage(grade.problem.message);
    message.location = (grade.problem.location && placeOf(attempt, grade.problem.location)) ?? functionOf(attempt);
    run.errored(item, message);
  }

  #check(item: vscode.TestItem, check: UnaskedCheck, note = ""): vscode.TestItem {
    const child = item.children.get(check.id) ?? this.#controller.createTestItem(check.id, inert(check.title), item.uri);
    child.range = item.range;
    const points = `${check.points} ${check.points === 1 ? "point" : "points"}`;
    child.description = [points, check.hidden && "hidden", note].filter(Boolean).join(" · ");
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
function messageOf(attempt: Attempt, check: CheckResult): vscode.TestMessage {
  const { mismatch, hidden, diagnosis } = check;
  const compared = mismatch && !hidden && !diagnosis ? mismatch : undefined;
  const message = compared ? vscode.TestMessage.diff(feedback(check), compared.want, compared.got) : new vscode.TestMessage(feedback(check));
  message.location = placeOfCheck(attempt, check);
  return message;
}
