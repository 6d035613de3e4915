/** One check, asked of the attempt and judged: what mocha's test body does. */
import { type AskTools, type CheckDefinition, Draw } from "../check/index.ts";
import { explain, redact } from "../grading/explain.ts";
import { judge } from "../grading/judge.ts";
import type { CheckResult, Outcome } from "../protocol/grade.ts";
import type { ImplementationName } from "../protocol/grader.ts";
import type { Value } from "../protocol/tensor.ts";
import type { Implementations } from "./implementations.ts";
import { AttemptFault } from "./remote.ts";

/** A check with its inputs' seed and, where the expectation compares, the expected answer. */
export interface PreparedCheck {
  readonly definition: CheckDefinition;
  readonly id: string;
  readonly seed: number;
  readonly want?: Value;
  /** The expected answer could not be had: our fault, so the check is not graded. */
  readonly unprepared?: string;
}

export interface Examined extends Pick<CheckResult, "outcome" | "message">, Partial<Omit<CheckResult, "outcome" | "message">> {
  /** The answer that was judged wrong, also of a hidden check: it stays in this process. */
  readonly wrong?: { readonly got: Value };
}

type OnFunction = (name: string) => void;

/**
 * Asks any implementation the question of a check, always on the same inputs.
 * @param onFunction hears of each function of the surface that the check turns to
 */
export async function ask(
  { definition, seed }: PreparedCheck,
  name: ImplementationName,
  all: Implementations,
  onFunction: OnFunction = () => {},
): Promise<Value> {
  const { impl, told } = await all.get(name);
  told.length = 0;
  const tools: AskTools = {
    trace: () => told.flatMap((event) => (event.kind === "points" ? event.points : [])),
    spans: () => told.flatMap((event) => (event.kind === "spans" ? event.spans : [])),
    tensors: () => told.flatMap((event) => (event.kind === "tensors" ? event.tensors : [])),
  };
  return (await definition.ask(watched(impl, onFunction) as never, new Draw(seed), tools)) as Value;
}

/** Asks the attempt and judges its answer; what the mistake is, is found out once all checks have been asked. */
export async function examine(check: PreparedCheck, all: Implementations, onFunction?: OnFunction): Promise<Examined> {
  if (check.unprepared) return { outcome: "notGraded", message: check.unprepared };
  let got: Value;
  try {
    got = await ask(check, "attempt", all, onFunction);
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
  return { outcome, message, ...(location && { location }) };
}

const watched = (impl: object, onFunction: OnFunction): object =>
  new Proxy(impl, {
    get: (target, name, receiver) => {
      if (typeof name === "string") onFunction(name);
      return Reflect.get(target, name, receiver);
    },
  });

/** What would give the expected answer away, together with the learner's own. */
const shown = (check: PreparedCheck, value: Partial<CheckResult>): Partial<CheckResult> => (check.definition.hidden ? {} : value);
