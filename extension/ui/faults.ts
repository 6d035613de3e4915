/** Problems in the learner's files: where the attempt threw or does not compile, and the functions whose checks failed. */
import * as vscode from "vscode";
import type { Grade } from "../protocol/grade.ts";
import type { Divergence } from "../protocol/tensorMismatch.ts";
import type { Attempt } from "./attempts.ts";
import { placeOf, placeOfCheck } from "./places.ts";
import type { Run, Runs } from "./runs.ts";
import { gradeOf } from "./verdict.ts";
import type { VerdictChange, Verdicts } from "./verdicts.ts";

interface Fault {
  readonly message: string;
  readonly place: vscode.Location;
  readonly severity: vscode.DiagnosticSeverity;
  /** It was said of files that have changed since. */
  readonly old?: boolean;
}

export class Faults implements vscode.Disposable {
  /** Of the exercise's verdict and of its run, each by exercise: the one is replaced without the other. */
  readonly #shown = { grade: new Map<string, readonly Fault[]>(), run: new Map<string, readonly Fault[]>() };
  readonly #collection = vscode.languages.createDiagnosticCollection("practicum");
  readonly #subscriptions: vscode.Disposable[];

  constructor(verdicts: Verdicts, runs: Runs) {
    this.#subscriptions = [this.#collection, verdicts.onDidChange((change) => this.#graded(change)), runs.onDidChange((run) => this.#ran(run))];
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #graded({ attempt, verdict }: VerdictChange): void {
    if (verdict.phase === "grading" || verdict.phase === "none") this.#shown.run.delete(attempt.exercise.id); // it was about an older text
    const grade = gradeOf(verdict);
    const old = verdict.phase === "old";
    this.#show(
      "grade",
      attempt,
      (grade ? faultsOf(attempt, grade) : []).map((fault) => ({ ...fault, old })),
    );
  }

  #ran({ attempt, store, fault }: Run): void {
    if (store.head.state === "starting") this.#show("run", attempt, []);
    const place = store.head.state === "errored" && fault?.location && placeOf(attempt, fault.location);
    if (fault && place) this.#show("run", attempt, [{ message: fault.message, place, severity: vscode.DiagnosticSeverity.Error }]);
  }

  #show(what: "grade" | "run", attempt: Attempt, faults: readonly Fault[]): void {
    this.#shown[what].set(attempt.exercise.id, faults);
    this.#collection.clear();
    this.#collection.set(
      distinct([...this.#shown.grade.values(), ...this.#shown.run.values()].flat()).map((fault) => [fault.place.uri, [diagnosticOf(fault)]]),
    );
  }
}

/** What threw is an error; a check that failed is a warning at the function that it asked. */
function faultsOf(attempt: Attempt, { problem, checks }: Grade): Fault[] {
  const { Error: threw, Warning: failed } = vscode.DiagnosticSeverity;
  const whole = problem?.location && placeOf(attempt, problem.location);
  const wrong = checks.filter(({ outcome }) => outcome !== "passed" && outcome !== "notGraded");
  return [
    ...(problem && whole ? [{ message: problem.message, place: whole, severity: threw }] : []),
    ...wrong.map((check) => ({ message: check.message, place: placeOfCheck(attempt, check), severity: check.outcome === "errored" ? threw : failed })),
    ...wrong.flatMap(({ divergence }) => partingOf(attempt, divergence)),
  ];
}

/** At the learner's `trace.tensor`: where the computation parts from the reference's. */
function partingOf(attempt: Attempt, divergence: Divergence | undefined): Fault[] {
  const place = divergence?.location && placeOf(attempt, divergence.location);
  return divergence && place ? [{ message: divergence.sentence, place, severity: vscode.DiagnosticSeverity.Information }] : [];
}

/** What is old is no warning any more, and says so behind its source: "Practicum(changed since)". */
function diagnosticOf({ place, message, severity, old }: Fault): vscode.Diagnostic {
  const diagnostic = new vscode.Diagnostic(place.range, message, old ? vscode.DiagnosticSeverity.Information : severity);
  diagnostic.source = "Practicum";
  if (old) diagnostic.code = "changed since";
  return diagnostic;
}

/** Several checks may say the same of one line: that is one thing to repair. */
const distinct = (faults: readonly Fault[]): Fault[] => [
  ...new Map(faults.map((fault) => [`${fault.place.uri} ${fault.place.range.start.line} ${fault.message}`, fault])).values(),
];
