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
    test.timeout(limit);
    mocha.suite.addTest(test);
  }
  await new Promise<void>((resolve) => {
    const runner = mocha.run(() => resolve());
    runner.on("fail", (test: Mocha.Test, error: Error) => {
      const check = checks.find((c) => c.definition.title === test.title) as PreparedCheck;
      if (test.timedOut) {
        timeouts++;
        void all.stop("attempt");
      }
      const seconds = test.timeout() / 1000;
      const late = { outcome: "timedOut", message: `No answer within ${seconds} s.` } as const;
      finish(resultOf(check, test.timedOut ? late : { outcome: "notGraded", message: `The check itself failed: ${error.message}` }, test.duration ?? test.timeout()));
    });
  });
  return results;
}
