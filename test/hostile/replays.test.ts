/** Grades on inputs that a learner can choose: shown as replays, never kept, and nothing is opened by them. */
import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeEach, describe, it } from "mocha";
import { emptyProgress, graded, mayCompare, progressOf } from "../../extension/exercise/progress.ts";
import { PROGRESS } from "../../extension/exercise/scaffold.ts";
import { readArchive } from "../../extension/packs/archive.ts";
import { Practicum } from "../cli/practicum.ts";
import { useGrading } from "../processes/grading.ts";
import { attemptOf, REFERENCE } from "../processes/tinyPack.ts";
import { tableFor } from "./tableFor.ts";

const SEED = 7;

describe("replays", function () {
  this.timeout(120_000);

  describe("of an attempt that is right on one seed only", () => {
    let practicum: Practicum;
    let folder: string;
    beforeEach(async () => {
      practicum = await Practicum.with();
      folder = path.join(practicum.folder, "01-double");
      await practicum.run(["open", "1"]);
      await writeFile(path.join(folder, "double.ts"), await tableFor(practicum, SEED));
    });
    const kept = async () => JSON.parse((await practicum.run(["list", "--json"])).stdout).packs[0].exercises[0].progress;
    const ask = (...args: string[]) => practicum.run(args, folder);

    const replays: [how: string, args: string[], exitCode: number, says: RegExp][] = [
      ["grade --seed", ["grade", "1", "--seed", "7"], 0, /4\/4 points, passed \(replay\)[\s\S]*It does not count/],
      ["grade --seed --fast", ["grade", "1", "--seed", "7", "--fast"], 0, /3\/3 points, passed \(replay\)/],
      ["grade --seed, of another seed", ["grade", "1", "--seed", "8"], 1, /1\/4 points, failed \(replay\)/],
      ["grade --seed, of a seed that is the same to the last 32 bits", ["grade", "1", "--seed", "4294967303"], 2, /whole number of at most 32 bits/],
      ["grade --seed --json", ["grade", "1", "--seed", "7", "--json"], 0, /"replay": true/],
      ["run --seed", ["run", "1", "--seed", "7"], 0, /4\/4 points, passed \(replay\)/],
      ["run --seed --json", ["run", "1", "--seed", "7", "--json"], 0, /"replay": true/],
      ["submit --seed", ["submit", "1", "--seed", "7"], 2, /unknown option '--seed'/],
    ];
    for (const [how, args, exitCode, says] of replays) {
      it(`by ${how} ends with ${exitCode}, and nothing is kept`, async () => {
        const before = await kept();
        const { code, stdout, stderr } = await ask(...args);
        assert.match(stdout + stderr, says);
        assert.equal(code, exitCode, stdout + stderr);
        assert.deepEqual(await kept(), before);
      });
    }

    it("do not take back what a grade on new inputs has kept, nor better it", async () => {
      assert.equal((await ask("grade", "1")).code, 1);
      const before = await kept();
      assert.deepEqual([before.state, before.best.score, before.grades.length], ["failing", 1, 1]);
      assert.equal((await ask("grade", "1", "--seed", "7")).code, 0);
      assert.deepEqual(await kept(), before);
    });

    it("are not what a submission holds: it is graded on new inputs", async () => {
      await ask("submit", "1", "--out", "double.tgz");
      const record = JSON.parse((await readArchive(await readFile(path.join(folder, "double.tgz")))).get("submission.json")?.toString() as string);
      assert.deepEqual([record.grade.outcome, record.grade.replay], ["failed", undefined]);
      assert.notEqual(record.grade.seed, SEED);
    });

    it("by grade --again, with a progress file that names the seed: compared on it, graded on new inputs", async () => {
      const file = path.join(practicum.folder, PROGRESS);
      const last = { at: "2026-01-01T00:00:00Z", tier: "run", outcome: "passed", score: 4, points: 4, version: "0.9.0", seed: SEED };
      const checks = ["doubles", "answers", "doubles much"].map((title) => ({ title, outcome: "passed" }));
      const forged = { state: "failing", last: { ...last, checks, digests: { attempt: "x", checks: "y" } }, grades: [], hints: 0, gaveUp: false };
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, JSON.stringify({ format: 1, exercises: { "tiny-01": forged } }));
      const { code, stdout } = await practicum.run(["grade", "--again"]);
      assert.match(stdout, /4\/4 by version 0\.9\.0, 4\/4 by version 1\.0\.0 on the same inputs \(a replay\), 1\/4 on new ones, which counts/);
      assert.match(stdout, /Every check went as before\.[\s\S]*On new inputs it is another result: doubles: passed → failed/);
      assert.equal(code, 1);
      const now = await kept();
      assert.deepEqual([now.state, now.last.score, now.passedAt], ["failing", 1, undefined]);
      assert.notEqual(now.last.seed, SEED);
      assert.match((await practicum.run(["grade", "--again"])).stdout, /Every grade of yours was given by the checks that are installed/);
    });
  });

  describe("by the supervisor", () => {
    const grade = useGrading();
    for (const seed of [0, SEED, -1, 1.5, 1e300]) {
      it(`of seed ${seed} say so, and open nothing`, async () => {
        const one = await grade(attemptOf(REFERENCE), { tier: "run", seed });
        assert.deepEqual([one.outcome, one.replay], ["passed", true]);
        const progress = graded(emptyProgress(), one);
        assert.deepEqual(progress, emptyProgress());
        assert.equal(mayCompare(progressOf(progress, one.exercise)), false);
      });
    }
    it("are none where the seed was drawn", async () => {
      const one = await grade(attemptOf(REFERENCE), { tier: "run" });
      assert.equal(one.replay, undefined);
      assert.equal(mayCompare(progressOf(graded(emptyProgress(), one), one.exercise)), true);
    });
  });
});
