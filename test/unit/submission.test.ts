import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { UserError } from "../../extension/errors.ts";
import { writeArchive } from "../../extension/packs/archive.ts";
import { differences } from "../../extension/packs/differences.ts";
import { readSubmission, writeSubmission } from "../../extension/packs/submission.ts";
import type { CheckResult, Grade, Outcome } from "../../extension/protocol/grade.ts";

const result = (title: string, outcome: Outcome): CheckResult => ({ id: title, title, hidden: false, when: "save", points: 1, outcome, message: "", ms: 1 });
const grade = (checks: CheckResult[]): Grade => ({
  exercise: "tiny-01",
  pack: "tiny",
  packVersion: "1.0.0",
  outcome: "failed",
  score: 1,
  points: 2,
  tier: "run",
  checks,
  backend: { name: "wasm", device: "WebAssembly SIMD", skipped: [] },
  seed: 7,
  digests: { attempt: "a", pack: "b", checks: "d", runtime: "c" },
  startedAt: "2026-01-01T00:00:00Z",
  ms: 5,
});
const attempt = { root: "/home/ada/tiny", entry: "double.ts", files: { "double.ts": "export {};\n", "helpers/more.ts": "" } };

describe("a submission", () => {
  it("holds attempt and grade, and nothing of where they lay", async () => {
    const archive = writeSubmission(attempt, grade([result("doubles", "failed")]));
    const submission = await readSubmission(archive, "ada.tgz");
    assert.deepEqual(submission.attempt, { ...attempt, root: "ada.tgz" });
    assert.deepEqual([submission.grade.seed, submission.grade.checks[0]?.outcome], [7, "failed"]);
    assert.ok(!archive.includes("/home/ada"));
  });

  const record = (of: Grade) => ({ "submission.json": JSON.stringify({ format: 1, entry: "double.ts", grade: of }) });
  const broken: [string, Record<string, string>][] = [
    ["nothing of ours", { "x.txt": "" }],
    ["a record that is not JSON", { "submission.json": "{" }],
    ["a record that lacks the grade", { "submission.json": '{"format":1,"entry":"double.ts"}' }],
    ["a title that moves the cursor", { ...record(grade([result("doubles\u001b[2A", "passed")])), "attempt/double.ts": "" }],
    ["no attempt", record(grade([]))],
  ];
  for (const [what, files] of broken) {
    it(`with ${what} is refused in words`, async () => {
      const archive = writeArchive(new Map(Object.entries(files).map(([file, text]) => [file, Buffer.from(text)])));
      await assert.rejects(
        readSubmission(archive, "ada.tgz"),
        (error) => error instanceof UserError && /is not a submission|lacks the attempt's/.test(error.message),
      );
    });
  }

  it("differs from a later grade in the checks that went another way, came or left", () => {
    const before = grade([result("same", "passed"), result("worse", "passed"), result("gone", "failed")]);
    const after = grade([result("same", "passed"), result("worse", "failed"), result("new", "passed")]);
    assert.deepEqual(differences(before, after), [
      { title: "worse", before: "passed", after: "failed" },
      { title: "gone", before: "failed" },
      { title: "new", after: "passed" },
    ]);
  });
});
