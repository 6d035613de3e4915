/** Save to grade, in the supervisor: the first grade after a start, and the ones after it, interleaved over the exercises. */

import type { Exercise } from "../../extension/exercise/model.ts";
import { implementationTree } from "../../extension/exercise/tree.ts";
import type { Supervisor } from "../../extension/supervisor/api.ts";
import { readPack } from "../../extension/supervisor/packStore.ts";
import { createSupervisor } from "../../extension/supervisor/supervisor.ts";
import { median, type Row, timed } from "./measure.ts";

const ROUNDS = 9;

/** @param dist the build that is measured */
export async function supervisorRows(dist: string): Promise<Row[]> {
  const { exercises } = await readPack(`${dist}/exercises/transformers-and-llms`);
  const times = exercises.map((exercise) => ({ exercise, cold: [] as number[], warm: [] as number[] }));
  for (let round = 0; round < ROUNDS; round++) {
    for (const { exercise, cold, warm } of times) {
      const supervisor = createSupervisor({ dist });
      cold.push(await timed(() => gradeOf(supervisor, exercise)));
      await supervisor.warm(exercise); // what a learner's thinking gives time for between two saves
      warm.push(await timed(() => gradeOf(supervisor, exercise)));
      await supervisor.dispose();
    }
  }
  return times.map(({ exercise, cold, warm }) => ({ name: `save to grade, ${exercise.slug}`, warm: median(warm), cold: median(cold) }));
}

const gradeOf = (supervisor: Supervisor, exercise: Exercise) =>
  supervisor.grade({ exercise, attempt: implementationTree(exercise, "reference"), tier: "save" });
