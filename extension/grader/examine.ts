/** One check, asked of the attempt and judged: what mocha's test body does. */
import { createHash } from "node:crypto";
import { isCodeFromText, TEXT_IS_NO_CODE } from "../child/faults.ts";
import { CompileError } from "../child/strip.ts";
import { messageOf } from "../errors.ts";
import { explain, redact } from "../grading/explain.ts";
import { judge } from "../grading/judge.ts";
import { tensorMismatches } from "../grading/tensorMismatch.ts";
import { BOUNDS, shortened } from "../protocol/bounds.ts";
import type { CheckResult, Evidence, Outcome } from "../protocol/grade.ts";
import type { ImplementationFault } from "../protocol/runtime.ts";
import type { Value } from "../protocol/tensor.ts";
import { encode } from "../protocol/wire.ts";
import { type Answer, ask, type Question, type Watch } from "./ask.ts";
import type { Implementations } from "./implementations.ts";
import { AttemptFault, isLate } from "./remote.ts";

/** A check with, where the expectation compares, the expected answer. */
export interface PreparedCheck extends Question {
  readonly id: string;
  readonly want?: Value;
  /** What the reference has traced on the way to it, where it was asked. */
  readonly traced?: Answer["traced"];
  /** The expected answer could not be had: our fault, so the check is not graded. */
  readonly unprepared?: string;
}

export type Wrong = { readonly got: Value; readonly traced: Answer["traced"] } | { readonly threw: string };

export interface Examined extends Pick<CheckResult, "outcome" | "message">, Partial<Omit<CheckResult, "outcome" | "message">> {
  /** The answer that was judged wrong, also of a hidden check, or what was thrown instead: it stays in this process. */
  readonly wrong?: Wrong;
  /** Its time was over: why, for those that are asked after it. */
  readonly late?: boolean;
  /** What was judged, for evidence. */
  readonly judged?: { readonly got: Value; readonly normalizedError?: number; readonly measured: boolean };
}

/** Asks the attempt and judges its answer; what the mistake is, is found out once all checks have been asked. */
export async function examine(check: PreparedCheck, all: Implementations, onFunction?: (name: string) => void): Promise<Examined> {
  if (check.unprepared) return { outcome: "notGraded", message: check.unprepared };
  let answer: Answer;
  let measured = false;
  try {
    answer = await askAttempt(check, all, { onFunction, onMeasure: () => (measured = true) });
  } catch (error) {
    return thrown(error);
  }
  const { value: got, traced } = answer;
  const { hidden = false, expect } = check.definition;
  const { passed, mismatch, error, normalizedError } = judge(got, check.want, expect.expectation);
  const judged = { got, normalizedError, measured };
  const distance = error === undefined || hidden ? {} : { error };
  if (passed) return { outcome: "passed", message: "", judged, ...distance };
  const tensors = tensorMismatches(got, check.want, expect.expectation, { hidden });
  const message = mismatch ? explain(mismatch, { hidden, tensors }) : "The answer is not what was expected.";
  const told = mismatch && (hidden ? redact(mismatch) : mismatch);
  return { outcome: "failed", message, judged, wrong: { got, traced }, ...distance, ...(told && { mismatch: told }), ...(tensors.length > 0 && { tensors }) };
}

/** A process that ended under this question may have been ended by an earlier one (by a timer, by filling the memory): a fresh one is asked. */
async function askAttempt(check: PreparedCheck, all: Implementations, watch: Watch): Promise<Answer> {
  const { answered } = await all.get("attempt");
  try {
    return await ask(check, "attempt", all, watch);
  } catch (error) {
    if (!answered || !(error instanceof AttemptFault) || error.fault.kind !== "died") throw error;
    process.stderr.write(`"${check.definition.title}" is asked anew, as the attempt's process ended: ${error.message}\n`);
    return ask(check, "attempt", all, watch);
  }
}

/** The result as it is kept and shown. */
export function resultOf(check: PreparedCheck, { wrong: _, judged: __, late: ___, ...examined }: Examined, ms: number): CheckResult {
  const { title, hidden = false, when, points, hint, expect } = check.definition;
  const tolerance = expect.expectation.kind === "near" ? expect.expectation.tolerance : undefined;
  const help = examined.outcome !== "passed" && hint ? { hint } : {};
  return bounded({ id: check.id, title, hidden, when, points, ms, ...(tolerance && { tolerance }), ...help, ...examined });
}

/** The same with no text that is longer than anybody reads: an answer may be one word of millions of characters, or have it for a key. */
function bounded<T>(part: T): T {
  if (typeof part === "string") return shortened(part, BOUNDS.textChars) as T;
  if (Array.isArray(part)) return part.map(bounded) as T;
  if (typeof part !== "object" || part === null) return part;
  return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, key === "cells" ? value : bounded(value)])) as T; // a map's cells are data
}

export function evidenceOf({ judged }: Examined): Evidence {
  if (!judged) return {};
  const { got, normalizedError, measured } = judged;
  const digest = createHash("sha256")
    .update(JSON.stringify(encode(got)))
    .digest("hex");
  return { digest, measured, ...(Number.isFinite(normalizedError) && { normalizedError }) };
}

/** What no answer can bring about: the check turns to what is not there, or not allowed. */
const isOfCheck = (error: unknown): boolean =>
  error instanceof CompileError ||
  error instanceof ReferenceError ||
  isCodeFromText(error) ||
  (error as NodeJS.ErrnoException | null)?.code === "ERR_ACCESS_DENIED";

export const brokenCheck = (error: unknown): string => `The check itself failed: ${isCodeFromText(error) ? TEXT_IS_NO_CODE : messageOf(error)}`;

/** What becomes of a check whose attempt failed so. */
const OUTCOMES: Readonly<Record<ImplementationFault["kind"], Outcome>> = {
  ...{ notWritten: "failed", missing: "failed" },
  ...{ compile: "errored", threw: "errored", died: "errored" },
  timedOut: "timedOut",
  busy: "notGraded", // nothing is known of it
};

/** An attempt that threw is `errored`; a check that cannot use what it was answered has found an answer of the wrong form. */
function thrown(error: unknown): Examined {
  if (isOfCheck(error)) return { outcome: "notGraded", message: brokenCheck(error) };
  if (!(error instanceof AttemptFault))
    return { outcome: "failed", message: `The answer does not have the form that the surface asks for (${String(error)}).` };
  const { kind, message, location } = error.fault;
  const outcome = OUTCOMES[kind];
  return { outcome, message, ...(location && { location }), ...(kind === "threw" && { wrong: { threw: message } }), late: isLate(error.fault) };
}
