import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { emptyProgress, graded, progressOf, type StandingGrade } from "../../extension/exercise/progress.ts";
import { outdated, regrade, regraded, regradePage } from "../../extension/packs/regrade.ts";
import type { CheckResult, Grade, Outcome } from "../../extension/protocol/grade.ts";
import { checksDigest, readPack } from "../../extension/supervisor/packStore.ts";
import { tinyExercise } from "../processes/tinyPack.ts";

const exerciseWith = async (changes: Readonly<Record<string, string>> = {}) => tinyExercise(changes);
const result = (title: string, outcome: Outcome): CheckResult => ({ id: title, title, hidden: false, when: "save", points: 2, outcome, message: "", ms: 1 });
const grade = (version: string, checks: readonly CheckResult[], digest: string, part: Partial<Grade> = {}): Grade => ({
  exercise: "tiny-01",
  pack: "tiny",
  packVersion: version,
  outcome: checks.some(({ outcome }) => outcome === "failed") ? "failed" : "passed",
  score: 2 * checks.filter(({ outcome }) => outcome === "passed").length,
  points: 2 * checks.length,
  tier: "run",
  checks,
  backend: { name: "wasm", device: "WebAssembly SIMD", skipped: [] },
  seed: 7,
  digests: { attempt: "a", pack: "b", checks: digest, runtime: "r" },
  startedAt: "2026-01-01T00:00:00Z",
  ms: 5,
  ...part,
});

describe("a grade by other checks than those of today", () => {
  const changes: [what: string, files: Record<string, string>, judgesAnew: boolean][] = [
    ["a check", { "double.check.ts": "// other" }, true],
    ["a module of the checks", { "helpers.ts": "export {};" }, true],
    ["the reference", { "reference/double.ts": "// other" }, true],
    ["a given module", { "starter/data.ts": "export {};" }, true],
    ["the statement", { "README.md": "# Other" }, false],
    ["a hint", { "hints.md": "## Other\n\nText." }, false],
    ["the starter", { "starter/double.ts": "// other" }, false],
    ["what a run does", { "run.ts": "// other" }, false],
    ["a misconception", { "misconceptions/more.ts": "// You do more." }, false],
  ];
  for (const [what, files, judgesAnew] of changes) {
    it(`${judgesAnew ? "is told where" : "stands where"} ${what} has changed`, async () => {
      const [before, after] = [await exerciseWith(), await exerciseWith(files)];
      const progress = graded(emptyProgress(), grade("1.0.0", [result("doubles", "passed")], checksDigest(before)));
      assert.deepEqual(outdated([before], progress), []);
      assert.equal(outdated([after], progress).length, judgesAnew ? 1 : 0);
    });
  }

  it("is told by its version where an older file kept no digest", async () => {
    const exercise = await exerciseWith();
    const { checks: _, digests: __, ...old } = progressOf(graded(emptyProgress(), grade("0.9.0", [], "x")), "tiny-01").last as StandingGrade;
    const kept = { format: 1, exercises: { "tiny-01": { state: "passed", last: old, grades: [], hints: 0, gaveUp: false } } } as const;
    assert.equal(outdated([exercise], kept).length, 1);
  });

  it("and the newer one are shown check by check", async () => {
    const exercise = await exerciseWith();
    const before = grade("1.0.0", [result("doubles", "passed"), result("halves | thirds", "passed"), result("gone", "failed")], "x");
    const after = grade("1.1.0", [result("doubles", "passed"), result("halves | thirds", "failed"), result("new", "passed")], "y", {
      digests: { attempt: "other", pack: "b", checks: "y", runtime: "r" },
    });
    const standing = progressOf(graded(emptyProgress(), before), "tiny-01").last as StandingGrade;
    const fresh = grade("1.1.0", [result("doubles", "failed"), result("halves | thirds", "failed"), result("new", "passed")], "y", {
      digests: { attempt: "other", pack: "b", checks: "y", runtime: "r" },
    });
    const page = regradePage([regraded(exercise, standing, { ...after, replay: true }, fresh)]);
    assert.match(page, /^## Double\n\n4\/6 by version 1\.0\.0, 4\/6 by version 1\.1\.0 on the same inputs \(a replay\), 2\/6 on new ones, which counts\.\n/m);
    assert.match(page, /On new inputs it is another result: doubles: passed → failed\./);
    assert.match(
      page,
      /\| check \| version 1\.0\.0 \| version 1\.1\.0 \|\n\|---\|---\|---\|\n\| halves \\\| thirds \| passed \| failed \|\n\| gone \| failed \| not asked \|\n\| new \| not asked \| passed \|/,
    );
    assert.match(page, /Your code has changed since/);
  });

  it("is compared on the old seed, and graded on a new one", async () => {
    const exercise = await exerciseWith();
    const standing = progressOf(graded(emptyProgress(), grade("1.0.0", [result("doubles", "passed")], "x", { seed: 99 })), "tiny-01").last as StandingGrade;
    const seeds: (number | undefined)[] = [];
    const one = await regrade(exercise, standing, async (seed) => {
      seeds.push(seed);
      return grade("1.1.0", [result("doubles", seed === undefined ? "failed" : "passed")], "y");
    });
    assert.deepEqual(seeds, [99, undefined]);
    assert.deepEqual([one?.differences, one?.after.outcome], [[], "failed"]);
  });

  it("is not graded again by halves: where it is cancelled nothing is shown", async () => {
    const standing = progressOf(graded(emptyProgress(), grade("1.0.0", [], "x", { outcome: "passed" })), "tiny-01").last as StandingGrade;
    for (const answers of [[undefined], [grade("1.1.0", [], "y"), undefined]]) {
      assert.equal(await regrade(await exerciseWith(), standing, async () => answers.shift()), undefined);
    }
  });

  it("is of every exercise of the built-in pack found again from disk", async () => {
    const { exercises } = await readPack("exercises/transformers-and-llms");
    assert.equal(new Set(exercises.map(checksDigest)).size, exercises.length);
  });
});
