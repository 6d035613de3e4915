/** What verify refuses, and where it says that the fault stands. */
import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before, describe, it } from "mocha";
import { proofPage } from "../../extension/packs/markdown.ts";
import type { PackProof } from "../../extension/packs/proof.ts";
import { verifyPack } from "../../extension/packs/verify.ts";
import { createSupervisor } from "../../extension/supervisor/supervisor.ts";
import { DIST } from "../tools/paths.ts";
import { FAULTY, GOOD, packOf, SLOW } from "./faulty.ts";

const supervisor = createSupervisor({ dist: DIST });
const verify = (folder: string, tier: "save" | "run" = "save", cacheFolder?: string, seeds?: number): Promise<PackProof> =>
  verifyPack(folder, { supervisor, dist: DIST, tier, cacheFolder, seeds });
const placed = (proof: PackProof): string[] =>
  [...proof.problems, ...proof.exercises.flatMap(({ problems }) => problems)].map(({ file, line, message }) => `${file}:${line ?? ""} ${message}`);

describe("verify", function () {
  this.timeout(240_000);
  after(() => supervisor.dispose());

  it("proves a pack that is in order, and does so once", async () => {
    const checks = `${GOOD["half.check.ts"]?.replace("{ check, near }", "{ check, inBand, near }")}${SLOW}`;
    const folder = await packOf({ "01-half": { ...GOOD, "half.check.ts": checks } });
    const cache = await mkdtemp(path.join(os.tmpdir(), "practicum-proofs-"));
    const first = await verify(folder, "run", cache);
    assert.deepEqual(placed(first), []);
    const [exercise] = first.exercises;
    assert.deepEqual([first.proven, exercise?.cached, exercise?.seeds.save.length, exercise?.seeds.run.length], [true, false, 5, 1]);
    assert.deepEqual(Object.fromEntries(exercise?.implementations.map(({ name, verdicts }) => [name, Object.values(verdicts)]) ?? []), {
      starter: ["notWritten", "notWritten"],
      reference: ["passed", "passed"],
      "variants/times": ["passed", "passed"],
      "misconceptions/doubles": ["told"],
      "misconceptions/keeps": ["caught", "told"],
    });
    const [check] = exercise?.checks ?? [];
    assert.ok((check?.worstAccepted ?? 1) < 0.5 && (check?.smallestRejected ?? 0) > 2, JSON.stringify(check));
    const again = await verify(folder, "run", cache);
    assert.deepEqual(again.exercises[0], { ...exercise, cached: true });
    assert.match(proofPage(again), /\*?\*?Proven.*1 exercise, 2 checks, 2 misconceptions/);
  });

  it("keeps nothing of what was edited while it was asked", async () => {
    const folder = await packOf({ "01-half": GOOD });
    const cache = await mkdtemp(path.join(os.tmpdir(), "practicum-proofs-"));
    const variant = path.join(folder, "01-half/variants/times.ts");
    const text = GOOD["variants/times.ts"] as string;
    const proving = verifyPack(folder, {
      supervisor,
      dist: DIST,
      tier: "save",
      cacheFolder: cache,
      onProgress: () => writeFileSync(variant, `${text}export const two: string = 2;\n`),
    });
    await assert.rejects(proving, /times\.ts has changed while it was proven/);
    writeFileSync(variant, text);
    assert.deepEqual(placed(await verify(folder, "save", cache)), []);
  });

  it("finds a check that refuses what is right by chance, when asked with more seeds", async () => {
    const checks = `${GOOD["half.check.ts"]?.replace("{ check, near }", "{ check, inBand, near }")}${SLOW.replace("inBand(0.4, 1.1)", "inBand(0.4, 0.85)")}`;
    const folder = await packOf({ "01-half": { ...GOOD, "half.check.ts": checks.replace("draw.uniform([100], 1, 2)", UNLUCKY) } });
    assert.deepEqual(placed(await verify(folder, "run")), []);
    const found = await verify(folder, "run", undefined, 4);
    assert.deepEqual([found.exercises[0]?.seeds.save.length, found.exercises[0]?.seeds.run.length], [4, 4]);
    assert.match(placed(found).join("\n"), /reference does not pass "half of many" \(seed \d+\): .*too high/);
  });

  describe("of an exercise with many faults", () => {
    let found: string[];
    before(async () => {
      found = placed(await verify(await packOf({ "01-half": FAULTY })));
    });
    const faults: [what: string, says: RegExp][] = [
      ["a type error", /^01-half\/variants\/untyped\.ts:5 TS2322/],
      ["a variant that is wrong", /^01-half\/variants\/times\.ts: .*variants\/times does not pass "half of each element" \(seed \d+\)/],
      ["a check that catches nothing", /^01-half\/half\.check\.ts:13 The check "catches nothing" catches nothing/],
      ["a check that does not catch what it names", /^01-half\/misconceptions\/doubles\.ts:1 The check "does not catch what it names" does not catch doubles/],
      ["a misconception that is named and not there", /^01-half\/half\.check\.ts:17 .*catches "unwritten", but there is no misconceptions\/unwritten\.ts/],
      ["a misconception that no check names", /^01-half\/misconceptions\/forgotten\.ts:1 No check catches forgotten/],
      ["two misconceptions that are the same", /^01-half\/misconceptions\/again\.ts:1 Nobody is told the sentence of again.*cannot be told from keeps/],
      ["a tolerance without margin", /^01-half\/half\.check\.ts:21 The tolerance of "is too wide" has no margin: a rejected answer is at 1\d\d%/],
      ["an answer that depends on chance", /^01-half\/half\.check\.ts:22 The reference answers "depends on chance" in two ways/],
      ["a starter that passes", /^01-half\/starter\/half\.ts: The starter is not told "Not written yet\." by "does not ask": passed/],
    ];
    for (const [what, says] of faults)
      it(`names ${what}`, () =>
        assert.ok(
          found.some((text) => says.test(text)),
          found.join("\n"),
        ));
  });

  const broken: [what: string, exercises: Parameters<typeof packOf>[0], says: RegExp][] = [
    ["checks that do not load", { "01-half": { ...GOOD, "half.check.ts": "export const x = = 1;" } }, /^01-half\/half\.check\.ts:1 .*Expression expected/],
    ["a file that is missing", { "01-half": { ...GOOD, "reference/half.ts": undefined } }, /has no reference\/half\.ts/],
    ["an id that is taken", { "01-half": GOOD, "02-half": { ...GOOD, "exercise.json": idOf("01-half") } }, /have the same id "01-half"/],
    [
      "a misconception without a sentence",
      { "01-half": { ...GOOD, "misconceptions/keeps.ts": GOOD["reference/half.ts"] } },
      /keeps\.ts does not begin with a comment/,
    ],
  ];
  for (const [what, exercises, says] of broken) {
    it(`refuses ${what}`, async () => {
      const proof = await verify(await packOf(exercises));
      assert.equal(proof.proven, false);
      assert.ok(
        placed(proof).some((text) => says.test(text)),
        placed(proof).join("\n"),
      );
    });
  }

  it("leaves no file behind where nothing is to be kept", async () => {
    const folder = await packOf({ "01-half": { ...GOOD, "half.check.ts": "export {};" } });
    assert.ok(placed(await verify(folder)).some((text) => /It defines no check/.test(text)));
    assert.equal(existsSync(path.join(folder, ".practicum-cache")), false);
  });
});

function idOf(id: string): string {
  return JSON.stringify({ id, title: "Half", difficulty: "easy", minutes: 1, entry: "half.ts", teaches: ["halving"], needs: [] });
}

/** Between 1 and 2, with every other seed. */
const UNLUCKY = "draw.uniform([100], 1, draw.number(0, 1) < 0.5 ? 2 : 3)";
