/** A program that reveals hints, one write for each. @argv folder of the learner, number of hints */
import { hintRevealed } from "../../extension/exercise/progress.ts";
import { ProgressFile } from "../../extension/supervisor/progressFile.ts";

const [folder, count] = process.argv.slice(2) as [string, string];
const file = new ProgressFile(folder);
for (let i = 0; i < Number(count); i++) await file.update((progress) => hintRevealed(progress, "ex-1"));
