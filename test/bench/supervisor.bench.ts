/** Save to verdict, in the supervisor: the first grade after a start, and those that were prepared, interleaved over the exercises; contained and not. */
import type { Exercise } from "../../extension/exercise/model.ts";
import { implementationTree } from "../../extension/exercise/tree.ts";
import type { Supervisor } from "../../extension/supervisor/api.ts";
import { readPack } from "../../extension/supervisor/packStore.ts";
import { createSupervisor } from "../../extension/supervisor/supervisor.ts";
import { type Bench, median, spread, timed } from "./measure.ts";

const ROUNDS = 9;
/** A fast numeric one, one with small tensors, one that trains in its slow checks. */
const EXERCISES = ["ex-sp-ch35-01", "ex-sp-ch35-03", "ex-sp-ch35-05"];

export const rows: Bench = async (dist) => {
  const { exercises } = await readPack(`${dist}/exercises/transformers-and-llms`);
  const times = exercises
    .filter(({ id }) => EXERCISES.includes(id))
    .map((exercise) => ({ exercise, cold: [] as number[], warm: [] as number[], open: [] as number[] }));
  for (let round = 0; round < ROUNDS; round++) {
    for (const { exercise, cold, warm, open } of times) {
      const uncontained = createSupervisor({ dist, containment: [] });
      await uncontained.warm(exercise);
      open.push(await timed(() => gradeOf(uncontained, exercise)));
      await uncontained.dispose();
      const supervisor = createSupervisor({ dist });
      cold.push(await timed(() => gradeOf(supervisor, exercise)));
      await supervisor.warm(exercise); // what a learner's thinking gives time for between two saves
      warm.push(await timed(() => gradeOf(supervisor, exercise)));
      await supervisor.dispose();
    }
  }
  return times.flatMap(({ exercise, cold, warm, open }) => [
    {
      ...{ metric: "save_to_verdict_ms", what: `supervisor, ${exercise.slug}`, unit: "ms", ...spread(warm) },
      ...{ ratio: median(warm) / median(open), to: "uncontained" },
    },
    { metric: "save_to_verdict_ms", what: `supervisor, ${exercise.slug}, first ever`, unit: "ms", ...spread(cold) },
  ]);
};

const gradeOf = (supervisor: Supervisor, exercise: Exercise) =>
  supervisor.grade({ exercise, attempt: implementationTree(exercise, "reference"), tier: "save" });
