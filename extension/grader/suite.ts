/** The checks as a mocha suite: order, timeouts and isolation of failures are mocha's. */
import Mocha from "mocha";
import type { CheckResult } from "../protocol/grade.ts";
import { examine, type PreparedCheck, resultOf } from "./examine.ts";
import type { Implementations } from "./implementations.ts";

const TIMEOUT = { save: 5_000, run: 120_000 } as const;
/** An attempt that hangs does so at every question: after this many, the rest is not asked. */
const MAX_TIMEOUTS = 2;

export async function runChecks(
  checks: readonly PreparedCheck[],
  all: Implementations,
  sentences: Readonly<Record<string, string>>,
  onResult: (result: CheckResult) => void,
): Promise<readonly CheckResult[]> {
  const results: CheckResult[] = [];
  const finish = (result: CheckResult) => {
    if (results.some(({ id }) => id === result.id)) return; // late by the clock alone: it was judged before its timeout fired
    results.push(result);
    onResult(result);
  };
  let timeouts = 0;
  const mocha = new Mocha({ reporter: class {} as never });
  for (const check of checks) {
    const limit = check.definition.timeout ?? TIMEOUT[check.definition.when];
    const test = new Mocha.Test(check.definition.title, async () => {
      const started = performance.now();
      if (timeouts >= MAX_TIMEOUTS) return finish(resultOf(check, { outcome: "notGraded", message: "Not asked, as the checks before ran out of time." }, 0));
      const examined = await examine(check, all, sentences);
      if (test.timedOut) return;
      finish(resultOf(check, examined, performance.now() - started));
    });
    mocha.suite.addTest(test);
    test.timeout(limit); // after, as a suite gives its own limit to what is added
  }
  await new Promise<void>((resolve) => {
    const runner = mocha.run(() => resolve());
    runner.on("fail", (test: Mocha.Test, error: Error & { code?: string }) => {
      const ranOut = error.code === "ERR_MOCHA_TIMEOUT";
      const check = checks.find((c) => c.definition.title === test.title) as PreparedCheck;
      if (ranOut) {
        timeouts++;
        void all.stop("attempt");
      }
      const seconds = test.timeout() / 1000;
      const late = { outcome: "timedOut", message: `No answer within ${seconds} s.` } as const;
      finish(resultOf(check, ranOut ? late : { outcome: "notGraded", message: `The check itself failed: ${error.message}` }, test.duration ?? test.timeout()));
    });
  });
  return results;
}
