/** Reads the manifests of a pack; what is wrong is said with file, place and remedy. */
import type * as z from "zod";
import { messageOf, UserError } from "../errors.ts";
import { plain } from "../protocol/plainText.ts";
import type { AttemptMarker, Exercise, ExerciseManifest, PackManifest } from "./model.ts";
import { exerciseSchema, markerSchema, packSchema } from "./schemas.ts";

/** @param file its path, for messages */
export const parsePack = (text: string, file: string): PackManifest =>
  parse(packSchema, text, file, "Correct the manifest; the editor completes and checks its fields.");

/** @param file its path, for messages */
export const parseExercise = (text: string, file: string): ExerciseManifest =>
  parse(exerciseSchema, text, file, "Correct the manifest; the editor completes and checks its fields.");

/** @param file its path, for messages */
export const parseMarker = (text: string, file: string): AttemptMarker =>
  parse(markerSchema, text, file, "Delete the file, then open the exercise again in this folder: your own files are kept.");

/** @throws {UserError} for the first file that an exercise cannot do without and lacks */
export function requireFiles(exercise: Exercise): void {
  const { entry, files, folder } = exercise;
  const needed: Record<string, string> = {
    "README.md": "Write the statement there.",
    "surface.ts": "Declare there what the learner writes: types only.",
    "run.ts": "Write there what Run Exercise does.",
    [`starter/${entry}`]: `Add it, or name another file as "entry" in exercise.json.`,
    [`reference/${entry}`]: "Add the reference, under the name of the entry.",
  };
  for (const [file, remedy] of Object.entries(needed)) {
    if (!Object.hasOwn(files, file)) throw new UserError(`${folder} has no ${file}.`, remedy);
  }
  if (!Object.keys(files).some((file) => file.endsWith(".check.ts"))) {
    throw new UserError(`${folder} has no checks.`, "Add a file that ends in .check.ts and defines at least one.");
  }
}

function parse<T>(schema: z.ZodType<T>, text: string, file: string, remedy: string): T {
  const result = schema.safeParse(parseJson(text, file));
  if (result.success) return result.data;
  throw new UserError(`${file}: ${told(result.error.issues.map(problemOf))}.`, remedy);
}

/** Of the problems of one manifest, those that are told: it may be a stranger's. */
const MOST_TOLD = { problems: 5, characters: 300 } as const;

function told(problems: readonly string[]): string {
  const first = problems.slice(0, MOST_TOLD.problems).map((problem) => plain(problem.slice(0, MOST_TOLD.characters)));
  const others = problems.length - first.length;
  return first.join("; ") + (others > 0 ? `; and ${others} more` : "");
}

/** Characters; the longest that people write have a few thousand. */
const MOST_CHARACTERS = 1_000_000;

/** @param file its path, for messages @throws {UserError} when it is not JSON */
export function parseJson(text: string, file: string): unknown {
  if (text.length > MOST_CHARACTERS) throw new UserError(`${file} is longer than a million characters.`, "A manifest holds a few lines: take the rest out.");
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UserError(`${file} is not JSON: ${plain(messageOf(error))}.`, "Correct it; the editor marks the place.", { cause: error });
  }
}

function problemOf(issue: z.core.$ZodIssue): string {
  const place = issue.path
    .map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`))
    .join("")
    .replace(/^\./, "");
  const missing = issue.message.replace(/^Invalid input: expected .*, received undefined$/, "is missing");
  const message = missing.replace(/^Invalid (input|option): expected/, "must be");
  return place === "" ? message : `${place} ${message}`;
}
