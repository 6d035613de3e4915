/** Resets an attempt, as the editor does. @argv the pack's folder, the attempt's */
import { UserError } from "../../extension/errors.ts";
import { resetAttempt } from "../../extension/supervisor/attempt.ts";
import { readPack } from "../../extension/supervisor/packStore.ts";

const [pack, folder] = process.argv.slice(2) as [string, string];
try {
  const [exercise] = (await readPack(pack)).exercises;
  if (exercise) await resetAttempt(exercise, folder);
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  console.error(`${error.message}\n${error.remedy}`);
  process.exitCode = 2;
}
