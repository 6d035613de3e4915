/** A host that grades an attempt without end, to be killed under it. */
import { createSupervisor } from "../../extension/supervisor/supervisor.ts";
import { attemptOf, dist, tinyExercise } from "./tinyPack.ts";

const attempt = attemptOf('export const double = () => { console.log("here"); for (;;); };');
await createSupervisor({ dist }).run({
  exercise: await tinyExercise({ "run.ts": "export default async (attempt: any) => attempt.double();\n" }),
  attempt,
  onEvent: () => {},
  onOutput: (text) => process.stdout.write(text),
});
