/** The built-in pack is proven: the reference and every variant pass, the starter passes nothing, every misconception is caught by name. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import path from "node:path";
import { after, describe, it } from "mocha";
import type { Exercise } from "../../extension/exercise/model.ts";
import { checkFiles, namesOf, sentences, starterTree } from "../../extension/exercise/tree.ts";
import type { CheckResult, Grade } from "../../extension/protocol/grade.ts";
import type { ImplementationName } from "../../extension/protocol/grader.ts";
import { readPack } from "../../extension/supervisor/packStore.ts";
import { createSupervisor } from "../../extension/supervisor/supervisor.ts";
import { definitionsOf } from "./definitions.ts";

const root = path.resolve(import.meta.dirname, "../..");
const pack = await readPack(path.join(root, "exercises/transformers-and-llms"));
/** A test gives the same answer each time it is run. */
const SEED = 35;
const supervisor = createSupervisor({ dist: path.join(root, "dist") });

describe(`pack ${pack.id}`, function () {
  this.timeout(300_000); // the checks of tier "run" train a model
  after(() => supervisor.dispose());

  for (const exercise of pack.exercises) {
    describe(exercise.slug, () => prove(exercise));
  }
});

function prove(exercise: Exercise): void {
  const { variants, misconceptions } = namesOf(exercise);
  const gradeOf = (subject?: ImplementationName): Promise<Grade> =>
    supervisor.grade({ exercise, attempt: starterTree(exercise), tier: "run", seed: SEED, subject });

  it("its sources have no type errors", () => {
    const { stdout } = spawnSync(process.execPath, [path.join(root, "node_modules/typescript/bin/tsc"), "-p", exercise.folder], { encoding: "utf8" });
    assert.equal(stdout, "");
  });

  for (const name of ["reference", ...variants.map((variant) => `variants/${variant}` as const)] as const) {
    it(`${name} passes every check`, async () => assert.deepEqual(unless("passed", await gradeOf(name)), []));
  }

  it("the starter fails every check as not written yet", async () => {
    const { checks } = await gradeOf();
    assert.ok(checks.length > 0);
    assert.deepEqual(
      checks.filter(({ outcome, message }) => outcome !== "failed" || message !== "Not written yet."),
      [],
    );
  });

  it("every check catches a misconception, and every misconception is caught", async () => {
    const definitions = await definitionsOf(exercise.folder, checkFiles(exercise));
    assert.deepEqual(
      definitions.filter(({ catches = [] }) => catches.length === 0).map(({ title }) => title),
      [],
    );
    assert.deepEqual([...new Set(definitions.flatMap(({ catches = [] }) => catches))].sort(), misconceptions);
  });

  for (const name of misconceptions) {
    it(`misconception ${name} fails the checks that name it, and is told its sentence`, async () => {
      const definitions = await definitionsOf(exercise.folder, checkFiles(exercise));
      const { checks } = await gradeOf(`misconceptions/${name}`);
      const naming = new Set(definitions.filter(({ catches = [] }) => catches.includes(name)).map(({ title }) => title));
      const caught = checks.filter(({ title }) => naming.has(title));
      assert.equal(caught.length, naming.size);
      assert.deepEqual(caught.filter(({ outcome }) => outcome !== "failed").map(brief), []);
      const told = caught.filter(({ diagnosis }) => diagnosis?.misconception === name);
      assert.ok(told.length > 0, JSON.stringify(caught.map(brief), null, 1));
      assert.equal(told[0]?.diagnosis?.sentence, sentences(exercise)[name]);
    });
  }
}

const unless = (outcome: CheckResult["outcome"], grade: Grade): object[] =>
  grade.checks.length > 0 ? grade.checks.filter((check) => check.outcome !== outcome).map(brief) : [{ problem: grade.problem ?? "no checks" }];

const brief = ({ title, outcome, message, diagnosis, error }: CheckResult): object => ({ title, outcome, message, diagnosis: diagnosis?.misconception, error });
