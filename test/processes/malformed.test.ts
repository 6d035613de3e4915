import assert from "node:assert/strict";
import { cp, mkdtemp, readdir } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before, describe, it } from "mocha";
import type { CheckResult, Grade } from "../../extension/protocol/grade.ts";
import type { Supervisor } from "../../extension/supervisor/api.ts";
import { createSupervisor } from "../../extension/supervisor/supervisor.ts";
import { attemptOf, dist, REFERENCE, tinyExercise } from "./tinyPack.ts";

const RIGHT = { id: "1-x", title: "x", hidden: false, when: "save", points: 1, outcome: "passed", message: "", ms: 1 };

/** Pack code runs in the grader, so what a grader says may be anything. */
describe("messages of a grader", function () {
  this.timeout(60_000);
  let supervisor: Supervisor;
  const lines: string[] = [];
  before(async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), "practicum-malformed-"));
    for (const file of await readdir(dist)) if (/^(runtime|amaro)\.mjs$|\.wasm$/.test(file)) await cp(path.join(dist, file), path.join(folder, file));
    await cp(path.join(import.meta.dirname, "../tools/standIns/grader.mjs"), path.join(folder, "grader.mjs"));
    supervisor = createSupervisor({ dist: folder, log: (line) => lines.push(line) });
  });
  after(() => supervisor.dispose());

  async function graded(told: readonly unknown[], answer: unknown): Promise<{ grade: Grade; heard: CheckResult[] }> {
    const heard: CheckResult[] = [];
    lines.length = 0;
    const exercise = await tinyExercise({ "double.check.ts": JSON.stringify({ told, answer }) });
    const grade = await supervisor.grade({ exercise, attempt: attemptOf(REFERENCE), tier: "save", onCheck: (result) => heard.push(result) });
    return { grade, heard };
  }

  it("that are results are taken, without what does not belong to one", async () => {
    const { grade, heard } = await graded([{ ...RIGHT, secret: 42 }], { results: [{ ...RIGHT, secret: 42 }], unasked: [] });
    assert.deepEqual([heard, grade.checks, grade.outcome], [[RIGHT], [RIGHT], "passed"]);
  });

  const map = { block: [1, 1], cells: Buffer.alloc(4 * 5).toString("base64") };
  const form = { dtype: "float32", shape: [2, 3] };
  const malformed: [name: string, result: unknown, says: RegExp][] = [
    ["nothing", null, /expected object/],
    ["text", "passed", /expected object/],
    ["no outcome", { ...RIGHT, outcome: undefined }, /outcome: Invalid/],
    ["an outcome of its own", { ...RIGHT, outcome: "brilliant" }, /outcome: Invalid/],
    ["points that are text", { ...RIGHT, points: "9" }, /points: Invalid/],
    ["a map that does not fit its tensor", { ...RIGHT, tensors: [{ path: "", got: form, want: form, map }] }, /tensors\.0: the map does not fit/],
    ["a map that is no base64", { ...RIGHT, tensors: [{ path: "", got: form, want: form, map: { ...map, cells: "<img>" } }] }, /tensors\.0\.map\.cells/],
    ["a divergence without names", { ...RIGHT, divergence: { name: "q" } }, /divergence\.agree: Invalid/],
  ];
  for (const [name, result, says] of malformed) {
    it(`${name}: refused with a line in the log, and nothing is graded`, async () => {
      const { grade, heard } = await graded([result, RIGHT], { results: [RIGHT, result], unasked: [] });
      assert.deepEqual([heard, grade.checks, grade.outcome], [[RIGHT], [], "notGraded"]);
      assert.match(grade.problem?.message ?? "", /^The checks could not be run: the grader's answer is no grade: results\.1/);
      const refused = lines.filter((line) => line.includes("a check result that is none was refused"));
      assert.equal(refused.length, 1, lines.join("\n"));
      assert.match(refused[0] as string, /^tiny-01: /);
      assert.match(refused[0] as string, says);
      assert.ok(lines.some((line) => line.startsWith("grade of tiny-01: ") && line.includes("is no grade")));
    });
  }
});
