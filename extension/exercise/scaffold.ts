/** What is written to a learner's folder. Pure: `supervisor/attempt.ts` writes it. */
import type { AttemptMarker, Exercise } from "./model.ts";
import { starterTree } from "./tree.ts";

/** Folder within the learner's folder for what is ours. */
export const OWN_FOLDER = ".practicum";
export const MARKER = `${OWN_FOLDER}/attempt.json`;
/** In the folder that holds the attempts. */
export const PROGRESS = `${OWN_FOLDER}/progress.json`;
export const BACKUPS = `${OWN_FOLDER}/backups`;
export const CHECKPOINTS = `${OWN_FOLDER}/checkpoints`;
/** The exercise's files as they were written, for a merge with newer ones. */
export const STARTER = `${OWN_FOLDER}/starter`;
export const TYPES = `${OWN_FOLDER}/types`;

/** Path -> text of the exercise's own files: statement, starter, surface, run. Never checks, reference, misconceptions, variants, oracle, hints. */
export const exerciseFiles = (exercise: Exercise): Record<string, string> => ({
  "README.md": exercise.files["README.md"] as string,
  ...starterTree(exercise).files,
  "run.ts": exercise.files["run.ts"] as string,
});

export type Action = "create" | "update" | "keep";

/**
 * What to do with one file of the plan. A file is edited when it is not as it was scaffolded; an edited file is never written.
 * @param present digest of the file that is there, if any
 * @param scaffolded digest of the file as it was scaffolded, if it was
 * @param planned digest of the file as it would be written now
 */
export function actionFor(present: string | undefined, scaffolded: string | undefined, planned: string): Action {
  if (present === undefined) return "create";
  return present === scaffolded && present !== planned ? "update" : "keep";
}

export const markerFor = (exercise: Exercise, scaffolded: Readonly<Record<string, string>>): AttemptMarker => ({
  format: 1,
  exercise: exercise.id,
  pack: exercise.pack.id,
  packVersion: exercise.pack.version,
  scaffolded,
});
