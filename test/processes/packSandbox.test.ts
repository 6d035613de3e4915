/** A pack is a stranger's code: what its checks reach for beyond the exercise is refused by the grader's own process, and told. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { homedir, tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "mocha";
import { verifyPack } from "../../extension/packs/verify.ts";
import { createSupervisor } from "../../extension/supervisor/supervisor.ts";
import { attemptOf, dist, REFERENCE, tinyExercise } from "./tinyPack.ts";

const WRITTEN = path.join(tmpdir(), `practicum-written-${process.pid}`);
const NO_IMPORT = /The check itself failed: "node:\w+" can't be imported here: there are practicum\/check and the exercise's own files/;
const checksWith = (reach: string, expect = "exact.reference()"): string => `import { check, exact } from "practicum/check";
check("reaches out", {
  points: 1, when: "save", catches: ["squares"],
  ask: async (impl: any) => {
    const anything = globalThis as any;
    ${reach};
    return impl.answer();
  },
  expect: ${expect},
});
`;

describe("a pack's check", function () {
  this.timeout(60_000);
  const supervisor = createSupervisor({ dist });
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    socket.end();
  });
  before(() => new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening)));
  after(async () => {
    server.close();
    await supervisor.dispose();
  });
  const port = () => (server.address() as AddressInfo).port;
  const gradeOf = async (reach: string, expect?: string) =>
    supervisor.grade({ exercise: await tinyExercise({ "double.check.ts": checksWith(reach, expect) }), attempt: attemptOf(REFERENCE), tier: "save" });

  const reaches: [what: string, reach: () => string, says: RegExp][] = [
    ["reads the home folder", () => `(await import("node:fs")).readdirSync(${JSON.stringify(homedir())})`, NO_IMPORT],
    ["writes a file", () => `(await import("node:fs")).writeFileSync(${JSON.stringify(WRITTEN)}, "x")`, NO_IMPORT],
    [
      "writes a file by code made of text",
      () => `(await anything.eval("import('node:fs')")).writeFileSync(${JSON.stringify(WRITTEN)}, "x")`,
      /Code can't be made from text here/,
    ],
    ["starts a program", () => `(await import("node:child_process")).execSync("touch ${WRITTEN}")`, NO_IMPORT],
    ["starts a worker", () => `new (await import("node:worker_threads")).Worker("", { eval: true })`, NO_IMPORT],
    ["asks the network", () => `await fetch("http://127.0.0.1:${port()}/")`, /The check itself failed: fetch is not defined/],
    [
      "opens a socket",
      () => `Object.getPrototypeOf(anything.process.stdout).connect.call(anything.process.stdout, ${port()}, "127.0.0.1")`,
      /The check itself failed: Cannot read properties of undefined \(reading 'call'\)/,
    ],
    [
      "reads a file that sets the environment",
      () => `anything.process.loadEnvFile("/etc/passwd")`,
      /The check itself failed: (Access to this API has been restricted|.*not a function)/,
    ],
    [
      "reads by what reads its input",
      () => `new ReferenceError(anything.process.stdin.constructor.prototype.open("/etc/passwd"))`,
      /The check itself failed: /,
    ],
    ["takes Node's own modules", () => `anything.process.getBuiltinModule("node:fs")`, /The check itself failed: .*getBuiltinModule is not a function/],
  ];
  for (const [what, reach, says] of reaches) {
    it(`that ${what} is stopped: nothing is graded, and a learner is told why`, async () => {
      const { outcome, checks, score } = await gradeOf(reach());
      assert.deepEqual([outcome, score], ["notGraded", 0]);
      assert.match(checks[0]?.message ?? "", says);
      assert.equal(existsSync(WRITTEN), false);
      assert.equal(connections, 0);
    });
  }

  it("that needs no reference is not held against the attempt either", async () => {
    const { outcome, checks } = await gradeOf(reaches[0]?.[1]() as string, "exact.value(42)");
    assert.equal(outcome, "notGraded");
    assert.match(checks[0]?.message ?? "", NO_IMPORT);
  });

  it("sees nothing of the learner's environment", async () => {
    const { outcome, checks } = await gradeOf(
      `if (Object.keys(anything.process.env).some((name) => /HOME|USER|PATH|TOKEN/.test(name))) throw new ReferenceError("seen")`,
    );
    assert.equal(outcome, "passed", JSON.stringify(checks));
  });

  it("that is refused while the checks load is named with file and line", async () => {
    const exercise = await tinyExercise({ "double.check.ts": `import { readFileSync } from "node:fs";\n${checksWith("readFileSync")}` });
    const { outcome, problem } = await supervisor.grade({ exercise, attempt: attemptOf(REFERENCE), tier: "save" });
    assert.equal(outcome, "notGraded");
    assert.deepEqual([path.basename(problem?.location?.file ?? ""), problem?.location?.line], ["double.check.ts", 1]);
    assert.match(problem?.message ?? "", /"node:fs" can't be imported here/);
  });

  it("is refused by verify at the check, with what to do, and once", async () => {
    const exercise = await tinyExercise({ "double.check.ts": checksWith(reaches[0]?.[1]() as string) });
    const proof = await verifyPack(path.dirname(exercise.folder), { supervisor, dist, tier: "save" });
    const told = proof.exercises.flatMap(({ problems }) => problems).filter(({ message }) => /reaches out/.test(message));
    assert.deepEqual(
      told.map(({ file, line, remedy }) => [file, line, remedy]),
      [["01-double/double.check.ts", 2, "A check runs without files, programs and network: what it needs is in the exercise's own modules."]],
    );
    assert.match(told[0]?.message ?? "", /"reaches out" could not be asked of the reference\. The check itself failed: "node:fs" can't be imported here/);
  });
});
