/**
 * The built-in pack is proven: the reference and every variant pass, the starter passes nothing, every misconception is caught by name.
 * The fast checks of it; with PRACTICUM_PROOFS=all the slow ones too, which train models.
 */
import assert from "node:assert/strict";
import path from "node:path";
import { after, before, describe, it } from "mocha";
import { namesOf } from "../../extension/exercise/tree.ts";
import type { ExerciseProof, ImplementationProof, PackProof, Verdict } from "../../extension/packs/proof.ts";
import { verifyPack } from "../../extension/packs/verify.ts";
import { readPack } from "../../extension/supervisor/packStore.ts";
import { createSupervisor } from "../../extension/supervisor/supervisor.ts";
import { DIST, OUT, ROOT } from "../tools/paths.ts";

const folder = path.join(ROOT, "exercises/transformers-and-llms");
const pack = await readPack(folder);
const tier = process.env.PRACTICUM_PROOFS === "all" ? "run" : "save";

describe(`pack ${pack.id}, ${tier === "run" ? "all checks" : "fast checks"}`, function () {
  this.timeout(30 * 60_000);
  const supervisor = createSupervisor({ dist: DIST });
  let whole: PackProof;
  before(async () => {
    whole = await verifyPack(folder, { supervisor, dist: DIST, tier, cacheFolder: path.join(OUT, "proofs") });
  });
  after(() => supervisor.dispose());

  it("nothing refuses the pack as a whole", () => assert.deepEqual(whole.problems, []));

  for (const exercise of pack.exercises) {
    describe(exercise.slug, () => {
      let proof: ExerciseProof;
      before(() => {
        proof = whole.exercises.find(({ slug }) => slug === exercise.slug) as ExerciseProof;
      });
      const { variants, misconceptions } = namesOf(exercise);
      const of = (name: string): ImplementationProof => proof.implementations.find((one) => one.name === name) as ImplementationProof;
      const verdictsOf = (name: string): Verdict[] => [...new Set(Object.values(of(name).verdicts))].sort();

      it("nothing refuses it", () => assert.deepEqual(proof.problems, []));
      it("the starter fails every check as not written yet", () => assert.deepEqual(verdictsOf("starter"), ["notWritten"]));
      for (const name of ["reference", ...variants.map((variant) => `variants/${variant}`)]) {
        it(`${name} passes every check`, () => assert.deepEqual(verdictsOf(name), ["passed"]));
      }
      for (const name of misconceptions) {
        it(`misconception ${name} fails the checks that name it, and is told its sentence`, () => {
          const verdicts = verdictsOf(`misconceptions/${name}`);
          if (verdicts.length === 0) return assert.equal(tier, "save", "it is named by slow checks only");
          assert.deepEqual(
            verdicts.filter((verdict) => verdict !== "caught"),
            ["told"],
            JSON.stringify(of(`misconceptions/${name}`), null, 1),
          );
        });
      }
    });
  }
});
