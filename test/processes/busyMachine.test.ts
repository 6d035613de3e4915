/** A machine that has too much to do is not the learner's fault. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { after, before, describe, it } from "mocha";
import type { CheckResult } from "../../extension/protocol/grade.ts";
import { figures } from "../../extension/supervisor/resources.ts";
import { doubling, first, useGrading } from "./grading.ts";
import { attemptOf } from "./tinyPack.ts";

const SPINNING = 6;
/** Of the two seconds that the check has. */
const COMPUTES_MS = 1200;

describe("on a busy machine", function () {
  this.timeout(120_000);
  const grade = useGrading();
  let spinning: ChildProcess[];
  before(function () {
    if (figures() === "wall") this.skip(); // there is nothing that could tell
    spinning = Array.from({ length: SPINNING }, () => spawn(process.execPath, ["-e", "for (;;);"], { stdio: "ignore" }));
  });
  after(() => {
    for (const child of spinning ?? []) child.kill("SIGKILL");
  });

  const graded = async (body: string): Promise<CheckResult> => first(await grade(attemptOf(doubling(body)))) as CheckResult;
  const isBusy = ({ outcome, message }: CheckResult): boolean => outcome === "notGraded" && /^The machine was busy: .* Try again\.$/.test(message);

  it("who computes for most of the time that a check has is not out of time", async () => {
    const check = await graded(`const from = process.cpuUsage();
  for (let taken = 0; taken < ${COMPUTES_MS * 1000}; ) ({ user: taken } = sum(process.cpuUsage(from)));
  return x.mul(2);
  function sum({ user, system }: any) { return { user: user + system }; }`);
    assert.ok(check.outcome === "passed" || isBusy(check), JSON.stringify(check));
  });

  it("who computes without end is, unless the machine gives too little to tell", async () => {
    const check = await graded("for (;;);");
    assert.ok(check.outcome === "timedOut" || isBusy(check), JSON.stringify(check));
  });

  it("who sleeps is: sleep needs no processor", async () => {
    const check = await graded("return new Promise(() => {}) as never;");
    assert.deepEqual([check.outcome, check.message], ["timedOut", "No answer within 2 s."]);
  });

  it("many calls of little each are no sleep", async () => {
    const check = await graded("return x.mul(2);");
    assert.equal(check.outcome, "passed", JSON.stringify(check));
  });
});
