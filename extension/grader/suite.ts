/** The checks as a mocha suite: order and isolation of failures are mocha's. Time is kept by the supervisor. */
import Mocha from "mocha";
import { BOUNDS } from "../protocol/bounds.ts";
import type { CheckResult, Diagnosis } from "../protocol/grade.ts";
import type { GradeParams } from "../protocol/grader.ts";
import type { Divergence } from "../protocol/tensorMismatch.ts";
import { diagnoses, type WrongAnswer } from "./diagnoses.ts";
import { divergences } from "./divergences.ts";
import { type Examined, evidenceOf, examine, type PreparedCheck, resultOf } from "./examine.ts";
import type { Implementations } from "./implementations.ts";
import type { MistakenAnswers } from "./mistakenAnswers.ts";
import { packSecondsOf, secondsOf } from "./parts.ts";

/** An attempt that hangs does so at every question: after this many, the rest is not asked. */
const MAX_TIMEOUTS = 2;
const NOT_ASKED: Examined = { outcome: "timedOut", message: "Not asked any more, as the checks before ran out of time." };
const TOO_BUSY: Examined = { outcome: "notGraded", message: "Not asked any more, as the machine was too busy for the checks before. Try again." };

interface Asked {
  readonly examined: Examined;
  readonly ms: number;
}

interface Suite {
  readonly checks: readonly PreparedCheck[];
  readonly all: Implementations;
  readonly mistaken: MistakenAnswers;
  readonly sentences: Readonly<Record<string, string>>;
}

/** @param onResult hears of each check as soon as its verdict stands; of a wrong answer once it is known which mistake it is */
export async function runChecks(
  { checks, all, mistaken, sentences }: Suite,
  { evidence = false, diagnose = true }: GradeParams,
  onResult: (result: CheckResult) => void,
): Promise<readonly CheckResult[]> {
  const asked = await askAll({ checks, all, mistaken }, (check, { examined, ms }) => {
    if (!examined.wrong) onResult(resultOf(check, examined, ms));
  });
  const wrong = [...asked].flatMap(([check, { examined }]): WrongAnswer[] => (examined.wrong ? [{ check, wrong: examined.wrong }] : []));
  const found = diagnose ? await diagnoses(wrong, mistaken, sentences) : new Map<string, Diagnosis>();
  const parted = diagnose ? await divergences(wrong, mistaken) : new Map<string, Divergence>();
  return [...asked].map(([check, { examined, ms }]) => {
    const diagnosis = found.get(check.id);
    const divergence = parted.get(check.id);
    const result = resultOf(check, { ...(diagnosis ? diagnosed(examined, diagnosis) : examined), ...(divergence && { divergence }) }, ms);
    if (examined.wrong) onResult(result);
    return evidence ? { ...result, evidence: evidenceOf(examined) } : result;
  });
}

/** What was thrown stays the message: it stands at the learner's line. */
const diagnosed = (examined: Examined, diagnosis: Diagnosis): Examined => ({
  ...examined,
  message: examined.outcome === "errored" ? examined.message : diagnosis.sentence,
  diagnosis,
});

async function askAll(
  { checks, all, mistaken }: Omit<Suite, "sentences">,
  onAsked: (check: PreparedCheck, asked: Asked) => void,
): Promise<Map<PreparedCheck, Asked>> {
  const asked = new Map<PreparedCheck, Asked>();
  const asks = new Map<PreparedCheck, string>();
  const note = (check: PreparedCheck, verdict: Examined, ms: number) => {
    if (asked.has(check)) return; // late by the clock alone: it was judged before its timeout fired
    const examined = asks.has(check) ? { ...verdict, asks: asks.get(check) } : verdict;
    asked.set(check, { examined, ms });
    onAsked(check, { examined, ms });
  };
  /** The one that was asked last ended the process, which is found out by the next. */
  const blameLast = (ended: Examined) => {
    const [check, { examined, ms }] = [...asked].at(-1) as [PreparedCheck, Asked];
    if (examined.outcome !== "passed") return;
    asked.delete(check);
    note(check, ended, ms);
  };
  const ofReference = (check: PreparedCheck) => mistaken.ofReference(check);
  let [late, busy] = [0, false];
  const mocha = new Mocha({ reporter: class {} as never });
  const ofTest = new Map<string, PreparedCheck>(checks.map((check) => [check.definition.title, check]));
  for (const check of checks) {
    const test = new Mocha.Test(check.definition.title, async () => {
      if (late >= MAX_TIMEOUTS) return note(check, busy ? TOO_BUSY : NOT_ASKED, 0);
      const started = performance.now();
      const examined = await examine(check, all, { onFunction: (name) => asks.has(check) || asks.set(check, name), onEndedBefore: blameLast, ofReference });
      if (examined.late) late++;
      busy ||= examined.late === true && examined.outcome === "notGraded";
      if (!test.timedOut) note(check, examined, performance.now() - started);
    });
    mocha.suite.addTest(test);
    test.timeout(backstop(check)); // after, as a suite gives its own limit to what is added
  }
  await new Promise<void>((resolve) => {
    mocha
      .run(() => resolve())
      .on("fail", (test: Mocha.Test, error: Error & { code?: string }) => {
        const check = ofTest.get(test.title) as PreparedCheck;
        if (error.code === "ERR_MOCHA_TIMEOUT") void all.stop("attempt");
        note(check, { outcome: "notGraded", message: `The check itself failed: ${error.message}` }, test.duration ?? 0);
      });
  });
  return asked;
}

/** Milliseconds. The supervisor keeps the time of all that a check does; this is for what it cannot have seen. */
const backstop = ({ definition }: PreparedCheck): number => 2000 * BOUNDS.wallFactor * (secondsOf(definition) + BOUNDS.loadSeconds + packSecondsOf(definition));
