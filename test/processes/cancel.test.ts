import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, it } from "mocha";
import type { Supervisor } from "../../extension/supervisor/api.ts";
import { programOf } from "../../extension/supervisor/processTree.ts";
import { createSupervisor } from "../../extension/supervisor/supervisor.ts";
import { descendantsOf, isRunning } from "./children.ts";
import { attemptOf, dist, REFERENCE, tinyExercise } from "./tinyPack.ts";

const LOOP = attemptOf('export const double = () => { console.log("here"); for (;;); };\nexport const answer = double;');

/** Starts something that computes without end, and cancels it. */
const cases: [name: string, cancel: (supervisor: Supervisor) => Promise<void>][] = [
  [
    "a grade, before anything is started",
    async (supervisor) => {
      const controller = new AbortController();
      const graded = supervisor.grade({ exercise: await tinyExercise(), attempt: LOOP, tier: "save", signal: controller.signal });
      controller.abort();
      await assert.rejects(graded, { name: "AbortError" });
    },
  ],
  [
    "a grade, while the attempt computes",
    async (supervisor) => {
      const controller = new AbortController();
      const graded = supervisor.grade({
        exercise: await tinyExercise(),
        attempt: LOOP,
        tier: "save",
        signal: controller.signal,
        onOutput: () => controller.abort(),
      });
      await assert.rejects(graded, { name: "AbortError" });
    },
  ],
  [
    "a run, before anything is started",
    async (supervisor) => {
      const controller = new AbortController();
      const run = supervisor.run({ exercise: await tinyExercise(), attempt: LOOP, signal: controller.signal, onEvent: () => {} });
      controller.abort();
      assert.equal((await run).state, "cancelled");
    },
  ],
  [
    "a run, while the attempt computes",
    async (supervisor) => {
      const controller = new AbortController();
      const run = supervisor.run({
        exercise: await tinyExercise(),
        attempt: LOOP,
        signal: controller.signal,
        onEvent: () => {},
        onOutput: () => controller.abort(),
      });
      assert.equal((await run).state, "cancelled");
    },
  ],
  [
    "all, when the supervisor is disposed of",
    async (supervisor) => {
      const exercise = await tinyExercise();
      void supervisor.warm(exercise);
      const run = new Promise<void>((resolve) => {
        const running = supervisor.run({ exercise, attempt: LOOP, onEvent: () => {}, onOutput: () => void supervisor.dispose() });
        void running.then(() => resolve());
      });
      await run;
      await supervisor.dispose();
    },
  ],
];

describe("what is cancelled leaves no process", function () {
  this.timeout(60_000);
  for (const [name, cancel] of cases) {
    it(name, async () => {
      const supervisor = createSupervisor({ dist });
      await cancel(supervisor);
      assert.deepEqual(descendantsOf(process.pid, `${dist}/`), []);
      await supervisor.dispose();
    });
  }

  it("nor does a prepared grade that nobody asks for; the next grade prepares its own", async () => {
    const supervisor = createSupervisor({ dist, idleMs: 0 });
    const exercise = await tinyExercise();
    await supervisor.warm(exercise);
    await Promise.all(descendantsOf(process.pid, `${dist}/`).map(ended));
    const { outcome } = await supervisor.grade({ exercise, attempt: attemptOf(REFERENCE), tier: "save" });
    assert.equal(outcome, "passed");
    await supervisor.dispose();
    assert.deepEqual(descendantsOf(process.pid, `${dist}/`), []);
  });

  it("spares are few: a prepared grade is a grader, the pack's runtime and the attempt's, however often it is asked for", async () => {
    const supervisor = createSupervisor({ dist });
    const [exercise, other] = [await tinyExercise(), await tinyExercise()];
    for (const one of [exercise, other, exercise]) await supervisor.warm(one);
    await supervisor.grade({ exercise, attempt: attemptOf(REFERENCE), tier: "save" });
    await supervisor.warm(exercise);
    const waiting = descendantsOf(process.pid, `${dist}/`).filter((pid) => programOf(pid) === pid); // without the containers around them
    assert.ok(waiting.length >= 3 && waiting.length <= 6, `${waiting.length} processes`); // those of the grade before may still be ending
    await supervisor.dispose();
  });

  it("nor does a host that is killed", async () => {
    const host = spawn(process.execPath, ["--no-warnings", new URL("./killedHost.ts", import.meta.url).pathname], { stdio: ["ignore", "pipe", "inherit"] });
    await once(host.stdout, "data"); // the attempt computes
    const children = descendantsOf(host.pid as number, `${dist}/`);
    assert.ok(children.length >= 1);
    host.kill("SIGKILL");
    await Promise.all(children.map(ended));
  });
});

/** Linux tells when a process of somebody else's ends only when asked. */
async function ended(pid: number): Promise<void> {
  while (isRunning(pid)) await new Promise((resolve) => setImmediate(resolve));
}
