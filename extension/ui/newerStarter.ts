/** Offers what a newer pack has changed in files that the learner has edited. */
import path from "node:path";
import { dividedFiles, keepMine, mergeAll } from "../supervisor/newerStarter.ts";
import type { Attempt } from "./attempts.ts";
import { inform } from "./say.ts";
import { saveAttempt } from "./workbench.ts";

export async function offerNewerStarter(attempt: Attempt): Promise<void> {
  const { exercise, folder } = attempt;
  const divided = await dividedFiles(exercise, folder);
  if (divided.length === 0) return;
  const names = divided.map(({ file }) => file).join(", ");
  const [merge, keep] = ["Merge", "Keep Mine"];
  const choice = await inform(`Version ${exercise.pack.version} of the pack has changed what you have edited: ${names}.`, merge, keep);
  if (choice === keep) await keepMine(folder, divided);
  if (choice !== merge) return; // asked again when it is opened next
  await saveAttempt(attempt);
  const { backup, conflicts } = await mergeAll(folder, await dividedFiles(exercise, folder));
  const left = conflicts === 0 ? "" : ` ${conflicts} ${conflicts === 1 ? "place waits" : "places wait"} for you, between <<<<<<< and >>>>>>>.`;
  void inform(`Merged.${left} What you had is kept in ${path.relative(folder, backup)}.`);
}
