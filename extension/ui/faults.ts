/** Diagnostics at the learner's line: where the attempt threw or does not compile. */
import path from "node:path";
import * as vscode from "vscode";
import type { Grade } from "../protocol/grade.ts";
import type { SourceLocation } from "../protocol/runtime.ts";
import type { Attempt } from "./attempts.ts";
import type { Run, Runs } from "./runs.ts";
import type { VerdictChange, Verdicts } from "./verdicts.ts";

type Placed = [vscode.Uri, vscode.Diagnostic];

interface Fault {
  readonly message: string;
  readonly location: SourceLocation;
}

export class Faults implements vscode.Disposable {
  /** Of the exercise's verdict and of its run, each by exercise: the one is replaced without the other. */
  readonly #shown = { grade: new Map<string, Placed[]>(), run: new Map<string, Placed[]>() };
  readonly #collection = vscode.languages.createDiagnosticCollection("practicum");
  readonly #subscriptions: vscode.Disposable[];

  constructor(verdicts: Verdicts, runs: Runs) {
    this.#subscriptions = [this.#collection, verdicts.onDidChange((change) => this.#graded(change)), runs.onDidChange((run) => this.#ran(run))];
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #graded({ attempt, verdict }: VerdictChange): void {
    if (verdict.phase === "grading") this.#shown.run.delete(attempt.exercise.id); // it was about an older text
    this.#show("grade", attempt, verdict.phase === "graded" ? faultsOf(verdict.grade) : []);
  }

  #ran({ attempt, store, fault }: Run): void {
    if (store.head.state === "starting") this.#show("run", attempt, []);
    if (store.head.state === "errored" && fault?.location) this.#show("run", attempt, [{ message: fault.message, location: fault.location }]);
  }

  #show(what: "grade" | "run", attempt: Attempt, faults: readonly Fault[]): void {
    this.#shown[what].set(attempt.exercise.id, diagnostics(attempt, faults));
    this.#collection.clear();
    this.#collection.set(distinct([...this.#shown.grade.values(), ...this.#shown.run.values()].flat()).map(([uri, diagnostic]) => [uri, [diagnostic]]));
  }
}

/** The place in the learner's files, or nothing when it is not in one. */
export function placeOf(attempt: Attempt, { file, line, column }: SourceLocation): vscode.Location | undefined {
  const absolute = path.resolve(attempt.folder, file);
  if (path.relative(attempt.folder, absolute).startsWith("..")) return undefined;
  const start = new vscode.Position(Math.max(0, line - 1), Math.max(0, column - 1));
  return new vscode.Location(vscode.Uri.file(absolute), new vscode.Range(start, new vscode.Position(start.line, Number.MAX_SAFE_INTEGER)));
}

function faultsOf(grade: Grade): Fault[] {
  const found = [...(grade.problem ? [grade.problem] : []), ...grade.checks.filter((check) => check.outcome === "errored")];
  return found.flatMap(({ message, location }) => (location ? [{ message, location }] : []));
}

function diagnostics(attempt: Attempt, faults: readonly Fault[]): Placed[] {
  return faults.flatMap(({ message, location }) => {
    const place = placeOf(attempt, location);
    if (!place) return [];
    const diagnostic = new vscode.Diagnostic(place.range, message, vscode.DiagnosticSeverity.Error);
    diagnostic.source = "Practicum";
    return [[place.uri, diagnostic]];
  });
}

/** Several checks may throw at one line with one message: that is one thing to repair. */
const distinct = (placed: readonly Placed[]): Placed[] => [
  ...new Map(placed.map(([uri, diagnostic]) => [`${uri} ${diagnostic.range.start.line} ${diagnostic.message}`, [uri, diagnostic] as Placed])).values(),
];
