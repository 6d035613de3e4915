/** Mocha's "spec" on the screen, and the same as JSON in the file that PRACTICUM_RESULT names. */
import { writeFileSync } from "node:fs";
import Mocha from "mocha";

export interface TestRow {
  readonly file: string;
  readonly title: string;
  readonly state: "passed" | "failed" | "skipped";
  readonly error?: string;
}

export interface SuiteResult {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly tests: readonly TestRow[];
}

/** Mocha finds the reporter of a module under this name. */
export default class Reporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const tests: TestRow[] = [];
    const { EVENT_TEST_PASS, EVENT_TEST_FAIL, EVENT_TEST_PENDING, EVENT_RUN_END } = Mocha.Runner.constants;
    runner.on(EVENT_TEST_PASS, (test) => tests.push(row(test, "passed")));
    runner.on(EVENT_TEST_PENDING, (test) => tests.push(row(test, "skipped")));
    runner.on(EVENT_TEST_FAIL, (test, error) => tests.push({ ...row(test, "failed"), error: error.stack ?? error.message }));
    runner.once(EVENT_RUN_END, () => write(tests));
  }
}

const row = (test: Mocha.Runnable, state: TestRow["state"]): TestRow => ({ file: test.file ?? "", title: test.fullTitle(), state });

function write(tests: readonly TestRow[]): void {
  const target = process.env.PRACTICUM_RESULT;
  if (!target) return;
  const count = (state: TestRow["state"]) => tests.filter((test) => test.state === state).length;
  const result: SuiteResult = { passed: count("passed"), failed: count("failed"), skipped: count("skipped"), tests };
  writeFileSync(target, JSON.stringify(result));
}
