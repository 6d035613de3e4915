/** One check, asked of the attempt and judged: what mocha's test body does. */
import { createHash } from "node:crypto";
import { ResponseError } from "vscode-jsonrpc";
import { isCodeFromText, TEXT_IS_NO_CODE } from "../child/faults.ts";
import { CompileError } from "../child/strip.ts";
import { messageOf } from "../errors.ts";
import { explain, redact } from "../grading/explain.ts";
import { judge } from "../grading/judge.ts";
import { tensorMismatches } from "../grading/tensorMismatch.ts";
import { BOUNDS, shortened } from "../protocol/bounds.ts";
import type { CheckResult, Evidence, Mismatch, Outcome } from "../protocol/grade.ts";
import { REFUSED } from "../protocol/grader.ts";
import type { ImplementationFault } from "../protocol/runtime.ts";
import type { Value } from "../protocol/tensor.ts";
import type { TensorMismatch } from "../protocol/tensorMismatch.ts";
import { encode } from "../protocol/wire.ts";
import { type Answer, ask, type Question } from "./ask.ts";
import type { Implementations } from "./implementations.ts";
import { compareMeasured } from "./measuredCalls.ts";
import { AttemptFault, isLate } from "./remote.ts";

/** A check with, where the expectation compares, the expected answer. */
export interface PreparedCheck extends Question {
  readonly id: string;
  readonly want?: Value;
  /** What the reference answers, where it was asked. */
  readonly reference?: Answer;
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

/** What goes on while a check is asked. */
export interface Asked {
  /** Hears of each function of the surface that the check turns to. */
  readonly onFunction: (name: string) => void;
  /** Hears that the attempt had ended its process before this check asked it anything: the check before is the cause. */
  readonly onEndedBefore: (examined: Examined) => void;
  readonly ofReference: (check: PreparedCheck) => Promise<Answer>;
}

/** Asks the attempt and judges its answer; what the mistake is, is found out once all checks have been asked. */
export async function examine(check: PreparedCheck, all: Implementations, asked: Asked): Promise<Examined> {
  if (check.unprepared) return { outcome: "notGraded", message: check.unprepared };
  let answer: Answer;
  try {
    answer = await askAttempt(check, all, asked);
  } catch (error) {
    return thrown(error);
  }
  if (answer.measured.length === 0 || check.reference) return judged(check, answer, check.reference);
  try {
    return judged(check, answer, await asked.ofReference(check));
  } catch (error) {
    return { outcome: "notGraded", message: `The reference could not answer this check: ${messageOf(error)}` };
  }
}

function judged(check: PreparedCheck, answer: Answer, reference: Answer | undefined): Examined {
  const { value: got, traced, varies, untold } = answer;
  const { hidden = false, expect } = check.definition;
  const judgement = judge(got, check.want, expect.expectation);
  const measured = reference ? compareMeasured(answer.measured, reference.measured) : {};
  const error = judgement.error === undefined || hidden ? {} : { error: judgement.error };
  const known = {
    judged: { got, normalizedError: larger(judgement.normalizedError, measured.normalizedError), measured: varies },
    ...error,
    ...(untold.length > 0 && { remark: untold.map((figure) => REMARKS[figure]).join(" ") }),
  };
  if (judgement.passed) return measured.mismatch ? failed(known, measured.mismatch, hidden) : { outcome: "passed", message: "", ...known };
  const tensors = tensorMismatches(got, check.want, expect.expectation, { hidden });
  return {
    ...(judgement.mismatch
      ? failed(known, judgement.mismatch, hidden, tensors)
      : { outcome: "failed", message: "The answer is not what was expected.", ...known }),
    wrong: { got, traced },
    ...(tensors.length > 0 && { tensors }),
  };
}

const failed = (known: Partial<Examined>, mismatch: Mismatch, hidden: boolean, tensors: readonly TensorMismatch[] = []): Examined => ({
  ...known,
  outcome: "failed",
  message: explain(mismatch, { hidden, tensors }),
  mismatch: hidden ? redact(mismatch) : mismatch,
});

const larger = (a: number | undefined, b: number | undefined): number | undefined => (a === undefined || b === undefined ? (a ?? b) : Math.max(a, b));

const REMARKS = {
  time: "This system does not tell the processor time of a process, so the grader's clock decided.",
  memory: "This system does not tell the memory of a process, so the bytes that your code's own process counted decided.",
} as const;

/** A process that we ended may have been ended for what an earlier question left behind: a fresh one is asked. One that ended by itself is not asked again. */
async function askAttempt(check: PreparedCheck, all: Implementations, { onFunction, onEndedBefore }: Asked): Promise<Answer> {
  const attempt = await all.get("attempt");
  const { answered } = attempt;
  try {
    const answer = await ask(check, "attempt", all, onFunction);
    await (await all.get("attempt")).settled();
    return answer;
  } catch (error) {
    if (!answered || !(error instanceof AttemptFault) || error.fault.kind !== "died") throw error;
    const before = error.fault.before && attempt.calls.length === 0;
    if (!before && error.fault.by !== "us") throw error;
    process.stderr.write(`"${check.definition.title}" is asked anew, as the attempt's process ended: ${error.message}\n`);
    if (error.fault.by !== "us") onEndedBefore(thrown(error));
    return ask(check, "attempt", all, onFunction);
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
  (error instanceof ResponseError && error.code === REFUSED) ||
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
  const { kind, location } = error.fault;
  const message = saidOf(error.fault);
  return { outcome: OUTCOMES[kind], message, ...(location && { location }), ...(kind === "threw" && { wrong: { threw: message } }), late: isLate(error.fault) };
}

/** What ended the process is known only where we did. */
function saidOf({ kind, by, how, message }: ImplementationFault): string {
  if (kind !== "died" || by === "us" || how === undefined) return message;
  if (how === "exit code 0") return `Your code ended its process (${how}). Return the answer instead.`;
  return `Your code's process ended (${how}). An error that nothing catches does that, and so does \`process.exit\`.`;
}
