/** The references of all exercises, run as a learner runs them, on each GPU backend that starts here. */
import assert from "node:assert/strict";
import { mkdir, mkdtemp } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before, describe, it } from "mocha";
import { implementationTree } from "../../extension/exercise/tree.ts";
import type { Supervisor } from "../../extension/supervisor/api.ts";
import { readPack } from "../../extension/supervisor/packStore.ts";
import { createSupervisor } from "../../extension/supervisor/supervisor.ts";
import { smallExercise } from "../processes/smallScales.ts";
import { DIST, ROOT } from "../tools/paths.ts";
import { startRung } from "./rungs.ts";

const pack = await readPack(path.join(ROOT, "exercises/transformers-and-llms"));
/** Its full scale is a model from the hub. */
const QUICK = "14-bert-in-context";

for (const backend of ["tfjs-node-gpu", "webgpu"] as const) {
  describe(`exercises on ${backend}`, function () {
    this.timeout(120_000);
    let supervisor: Supervisor | undefined;
    before(async function () {
      const started = await startRung(backend);
      if (typeof started === "string") {
        console.log(`    ${backend} is not tested here: ${started}`);
        return this.skip();
      }
      await started.stop();
      supervisor = createSupervisor({ dist: DIST, backend, backends: process.env.PRACTICUM_BACKENDS });
    });
    after(() => supervisor?.dispose());

    for (const { slug } of pack.exercises) {
      it(slug, async () => {
        const exercise = smallExercise(pack, slug);
        const root = await mkdtemp(path.join(os.tmpdir(), "practicum-attempt-"));
        await mkdir(path.join(root, ".practicum"));
        const scale = slug === QUICK ? "quick" : "full";
        let points = 0;
        const result = await (supervisor as Supervisor).run({
          ...{ exercise, attempt: { ...implementationTree(exercise, "reference"), root }, scale, seed: 1 },
          onEvent: (event) => {
            if (event.kind === "points") points += event.points.filter(({ value }) => Number.isFinite(value)).length;
          },
        });
        assert.deepEqual([result.state, result.fault, result.backend?.name], ["finished", undefined, backend]);
        assert.ok(points > 0, "it draws curves");
      });
    }
  });
}
