/** One check, asked of the attempt and judged: what mocha's test body does. */
import { explain, redact } from "../grading/explain.ts";
import { judge } from "../grading/judge.ts";
import type { CheckResult, Outcome } from "../protocol/grade.ts";
import type { Value } from "../protocol/tensor.ts";
import { ask, type Question } from "./ask.ts";
import type { Implementations } from "./implementations.ts";
import { AttemptFault } from "./remote.ts";

/** A check with, where the expectation compares, the expected answer. */
export interface PreparedCheck extends Question {
  readonly id: string;
  readonly want?: Value;
  /** The expected answer could not be had: our fault, so the check is not graded. */
  readonly unprepared?: string;
}

export type Wrong = { readonly got: Value } | { readonly threw: string };

export interface Examined extends Pick<CheckResult, "outcome" | "message">, Partial<Omit<CheckResult, "outcome" | "message">> {
  /** The answer that was judged wrong, also of a hidden check, or what was thrown instead: it stays in this process. */
  readonly wrong?: Wrong;
}

/** Asks the attempt and judges its answer; what the mistake is, is found out once all checks have been asked. */
export async function examine(check: PreparedCheck, all: Implementations, onFunction?: (name: string) => void): Promise<Examined> {
  if (check.unprepared) return { outcome: "notGraded", message: check.unprepared };
  let got: Value;
  try {
    got = await askAttempt(check, all, onFunction);
  } catch (error) {
    return thrown(error);
  }
  const { passed, mismatch, error } = judge(got, check.want, check.definition.expect.expectation);
  const measured = error === undefined ? {} : { error };
  if (passed) return { outcome: "passed", message: "", ...measured, ...shown(check, { got }) };
  const { hidden = false } = check.definition;
  const message = mismatch ? explain(mismatch, { hidden }) : "The answer is not what was expected.";
  const told = mismatch && (hidden ? redact(mismatch) : mismatch);
  return { outcome: "failed", message, wrong: { got }, ...(told && { mismatch: told }), ...shown(check, { got, ...measured }) };
}

/** A process that ended under this question may have been ended by an earlier one (by a timer, by filling the memory): a fresh one is asked. */
async function askAttempt(check: PreparedCheck, all: Implementations, onFunction?: (name: string) => void): Promise<Value> {
  const { answered } = await all.get("attempt");
  try {
    return await ask(check, "attempt", all, onFunction);
  } catch (error) {
    if (!answered || !(error instanceof AttemptFault) || error.fault.kind !== "died") throw error;
    process.stderr.write(`"${check.definition.title}" is asked anew, as the attempt's process ended: ${error.message}\n`);
    return ask(check, "attempt", all, onFunction);
  }
}

/** The result as it is kept and shown. */
export function resultOf(check: PreparedCheck, { wrong: _, ...examined }: Examined, ms: number): CheckResult {
  const { title, hidden = false, when, points, hint, expect } = check.definition;
  const tolerance = expect.expectation.kind === "near" ? expect.expectation.tolerance : undefined;
  const help = examined.outcome !== "passed" && hint ? { hint } : {};
  return { id: check.id, title, hidden, when, points, ms, ...(tolerance && { tolerance }), ...help, ...examined };
}

/** An attempt that threw is `errored`; a check that cannot use what it was answered has found an answer of the wrong form. */
function thrown(error: unknown): Examined {
  if (!(error instanceof AttemptFault))
    return { outcome: "failed", message: `The answer does not have the form that the surface asks for (${String(error)}).` };
  const { kind, message, location } = error.fault;
  const outcome: Outcome = kind === "notWritten" || kind === "missing" ? "failed" : "errored";
  return { outcome, message, ...(location && { location }), ...(kind === "threw" && { wrong: { threw: message } }) };
}

/** What would give the expected answer away, together with the learner's own. */
const shown = (check: PreparedCheck, value: Partial<CheckResult>): Partial<CheckResult> => (check.definition.hidden ? {} : value);
