import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { UserError } from "../../extension/errors.ts";
import { readArchive } from "../../extension/packs/archive.ts";
import { changesFrom, remarksOn, sharedWith } from "../../extension/packs/claim.ts";
import { differences } from "../../extension/packs/differences.ts";
import { type Claim, readSubmission, SUBMISSION, writeSubmission } from "../../extension/packs/submission.ts";
import type { CheckResult, Grade, Outcome } from "../../extension/protocol/grade.ts";

const result = (title: string, outcome: Outcome): CheckResult => ({ id: title, title, hidden: false, when: "save", points: 1, outcome, message: "", ms: 1 });
const grade = (checks: CheckResult[], part: Partial<Grade> = {}): Grade => ({
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
  ...part,
});
const attempt = { root: "/home/ada/tiny", entry: "double.ts", files: { "double.ts": "export {};\n", "helpers/more.ts": "" } };
const archive = (files: Readonly<Record<string, string>>) => new Map(Object.entries(files).map(([file, text]) => [file, Buffer.from(text)]));

describe("a submission", () => {
  it("holds attempt and grade, and nothing of where they lay", async () => {
    const bytes = writeSubmission(attempt, grade([result("doubles", "failed")]));
    const submission = readSubmission(await readArchive(bytes), "ada.tgz");
    assert.deepEqual(submission.attempt, { ...attempt, root: "ada.tgz" });
    assert.deepEqual([submission.claim.seed, submission.claim.checks[0]?.outcome], [7, "failed"]);
    assert.ok(!bytes.includes("/home/ada"));
  });

  const record = (of: object) => ({
    "submission.json": JSON.stringify({ format: 1, entry: "double.ts", grade: { ...grade([]), ...of } }),
    "attempt/double.ts": "",
  });
  const many = Array.from({ length: SUBMISSION.checks + 1 }, (_, i) => result(`check ${i}`, "passed"));
  const broken: [string, Record<string, string>, RegExp][] = [
    ["nothing of ours", { "x.txt": "" }, /it lacks submission\.json/],
    ["a record that is not JSON", { "submission.json": "{" }, /is not as practicum submit writes it/],
    ["a record that lacks the grade", { "submission.json": '{"format":1,"entry":"double.ts"}' }, /at grade/],
    ["a title that moves the cursor", record({ checks: [result("doubles\u001b[2A", "passed")] }), /at grade\.checks\.0\.title/],
    ["a title of two lines", record({ checks: [result("doubles\n4/4 points, passed", "passed")] }), /at grade\.checks\.0\.title/],
    ["a title that turns the writing around", record({ checks: [result("\u202edoubles", "passed")] }), /at grade\.checks\.0\.title/],
    ["a title of a megabyte", record({ checks: [result("x".repeat(2 ** 20), "passed")] }), /at grade\.checks\.0\.title/],
    ["more checks than any exercise", record({ checks: many }), /at grade\.checks/],
    ["a score in words", record({ score: "all" }), /at grade\.score/],
    ["a score that is no number", record({ score: Number.NaN }), /at grade\.score/],
    ["an outcome of its own", record({ outcome: "brilliant" }), /at grade\.outcome/],
    ["a record of another format", { "submission.json": JSON.stringify({ format: 2 }) }, /at format/],
    [
      "an entry that is none of its own",
      { ...record({}), "submission.json": JSON.stringify({ format: 1, entry: "toString", grade: grade([]) }) },
      /lacks the attempt's toString/,
    ],
    ["no attempt", { "submission.json": record({})["submission.json"] }, /lacks the attempt's double\.ts/],
    ["a record without end", { ...record({}), "submission.json": " ".repeat(SUBMISSION.recordBytes + 1) }, /larger than 16 MiB/],
    ["an attempt without end", { ...record({}), "attempt/more.ts": " ".repeat(SUBMISSION.attemptBytes + 1) }, /larger than 8 MiB/],
  ];
  for (const [what, files, says] of broken) {
    it(`with ${what} is refused in words`, () => {
      assert.throws(
        () => readSubmission(archive(files), "ada.tgz"),
        (error) => error instanceof UserError && says.test(error.message) && error.remedy !== "",
      );
    });
  }

  it("of which the score does not end is refused: JSON can say that", () => {
    const files = record({});
    const endless = { ...files, "submission.json": files["submission.json"].replace('"score":1', '"score":1e999') };
    assert.throws(() => readSubmission(archive(endless), "ada.tgz"), /at grade\.score/);
  });

  it("differs from a later grade in the checks that went another way, came or left", () => {
    const before = grade([result("same", "passed"), result("worse", "passed"), result("gone", "failed")]);
    const after = grade([result("same", "passed"), result("worse", "failed"), result("new", "passed")]);
    assert.deepEqual(differences(before, after), [
      { title: "worse", before: "passed", after: "failed" },
      { title: "gone", before: "failed" },
      { title: "new", after: "passed" },
    ]);
    assert.deepEqual(changesFrom(before as Claim, after), {
      changed: [
        { title: "worse", before: "passed", after: "failed" },
        { title: "new", after: "passed" },
      ],
      strange: 'It names checks that were not asked here: "gone".',
    });
  });
});

describe("what a submission says of itself", () => {
  const now = new Date("2026-06-01T00:00:00Z");
  const honest = grade([result("doubles", "passed"), result("halves", "failed")]);
  const remarks = (part: Partial<Grade>, digest = "a", checks = "d") =>
    remarksOn({ attempt, digest, claim: { ...honest, ...part } as Claim }, { pack: { id: "tiny", version: "1.0.0", title: "Tiny", digest: "b" } }, checks, now);

  it("is not remarked on where it fits", () => assert.deepEqual(remarks({}), []));

  const CONTRADICTS = /^Its record contradicts itself/;
  const cases: [what: string, part: Partial<Grade>, says: RegExp, digest?: string, checks?: string][] = [
    ["files were swapped", {}, /^Its files are not those that were graded/, "other"],
    ["its pack was another", { pack: "easier" }, /by the pack "easier"; here is "tiny"/],
    ["its pack was newer", { packVersion: "1.10.0" }, /a newer version of the pack, 1\.10\.0; here is 1\.0\.0: install that version/, "a", "e"],
    ["its pack was older", { packVersion: "0.9.0" }, /an older version of the pack, 0\.9\.0; here is 1\.0\.0: its checks were others/, "a", "e"],
    ["its pack was older, with the same checks", { packVersion: "0.9.0" }, /an older version.*the same\.$/],
    ["its version is none", { packVersion: "latest" }, /another version of the pack, latest/, "a", "e"],
    ["its pack has the same number and other checks", {}, /other checks than those here, though both packs say that they are version 1\.0\.0/, "a", "e"],
    ["it was a replay", { replay: true }, /with a replay/],
    ["it was graded on save", { tier: "save" }, /the fast checks alone/],
    ["its score is above its points", { score: 9 }, CONTRADICTS],
    ["its score is negative", { score: -1 }, CONTRADICTS],
    ["its score is not the sum of its checks", { score: 2 }, CONTRADICTS],
    ["its outcome is not that of its checks", { outcome: "passed" }, CONTRADICTS],
    ["a check stands in it twice", { checks: [result("doubles", "passed"), result("doubles", "failed")] }, CONTRADICTS],
    ["a check takes points away", { score: 1, points: 2, checks: [result("a", "failed"), { ...result("b", "failed"), points: -1 }] }, CONTRADICTS],
    ["its date is yet to come", { startedAt: "2999-01-01T00:00:00Z" }, /2999-01-01, which is yet to come/],
    ["its date is none", { startedAt: "yesterday" }, /^Its date is none\.$/],
  ];
  for (const [what, part, says, digest, checks] of cases) {
    it(`is remarked on where ${what}`, () => {
      const [first, ...others] = remarks(part, digest, checks);
      assert.match(first ?? "", says);
      assert.deepEqual(others, []);
    });
  }

  it("is compared with the others of a class: the same files, the record of another's", () => {
    const handed = (file: string, digest: string, claimed = digest, exercise = "tiny-01") => ({ file, exercise, digest, claimed });
    const all = [handed("ada", "1"), handed("bob", "2", "1"), handed("eve", "1"), handed("joe", "1", "1", "tiny-02")];
    assert.deepEqual(sharedWith(all), [
      ["It has the same files as eve."],
      ["Its record is that of the files in ada, eve."],
      ["It has the same files as ada."],
      [],
    ]);
  });
});
