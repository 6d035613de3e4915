/** The source trees of an exercise: what a runtime or a grader is given to load. */
import path from "node:path";
import { UserError } from "../errors.ts";
import type { ImplementationName } from "../protocol/grader.ts";
import { isPlain } from "../protocol/plainText.ts";
import type { SourceTree } from "../protocol/runtime.ts";
import type { Exercise } from "./model.ts";

/**
 * The starter's files overlaid with the implementation's own: `reference/*`, or the one file of a variant or misconception in the place of the entry.
 * @throws {UserError} when the exercise has no implementation of that name
 */
export function implementationTree(exercise: Exercise, name: ImplementationName): SourceTree {
  const { entry, folder, files } = exercise;
  if (name === "attempt" || name === "oracle") throw new Error(`"${name}" is not an implementation of the exercise's folder`);
  const own = name === "reference" ? under(exercise, "reference/") : { [entry]: files[`${name}.ts`] };
  if (own[entry] === undefined) throw missing(exercise, name);
  const root = path.join(folder, name === "reference" ? name : path.dirname(name));
  return { root, entry, files: { ...starterTree(exercise).files, ...(own as Record<string, string>) } };
}

/** What a learner begins with. */
export function starterTree(exercise: Exercise): SourceTree {
  return { root: path.join(exercise.folder, "starter"), entry: exercise.entry, files: { ...withSurface(exercise), ...under(exercise, "starter/") } };
}

/** Every module of the exercise: checks import relative files. The entry is the first file of checks. */
export function checkTree(exercise: Exercise): SourceTree {
  const files = Object.fromEntries(Object.entries(exercise.files).filter(([file]) => file.endsWith(".ts")));
  return { root: exercise.folder, entry: checkFiles(exercise)[0] as string, files };
}

/** What the verdict on an attempt follows from: checks with their modules, reference, graphs and texts. Path -> text, or base64. */
export function judgingFiles({ entry, files, binaries }: Exercise): Record<string, string> {
  const judges = (file: string) => /^(reference|oracle|pretrained)\//.test(file) || /^[\w.-]+\.(ts|txt)$/.test(file) || file.startsWith("starter/");
  const others = ["surface.ts", "run.ts", `starter/${entry}`];
  return Object.fromEntries(Object.entries({ ...files, ...binaries }).filter(([file]) => judges(file) && !others.includes(file)));
}

/** The files of checks, in order. */
export const checkFiles = (exercise: Exercise): string[] =>
  Object.keys(exercise.files)
    .filter((file) => file.endsWith(".check.ts"))
    .sort();

/** Names of the implementations beside the reference, in order. */
export const namesOf = (exercise: Exercise): { variants: string[]; misconceptions: string[] } => ({
  variants: modulesIn(exercise, "variants/"),
  misconceptions: modulesIn(exercise, "misconceptions/"),
});

/**
 * Misconception -> the sentence that the learner is told: the file's first comment line.
 * @throws {UserError} when a misconception has none
 */
export function sentences(exercise: Exercise): Record<string, string> {
  return Object.fromEntries(namesOf(exercise).misconceptions.map((name) => [name, sentenceOf(exercise, name)]));
}

function sentenceOf(exercise: Exercise, name: string): string {
  const file = `misconceptions/${name}.ts`;
  const sentence = /^(?:\/\/|\/\*\*?)\s*(.+?)\s*(?:\*\/)?$/m.exec((exercise.files[file] as string).trimStart().split("\n", 1)[0] as string)?.[1];
  if (!sentence)
    throw new UserError(
      `${path.join(exercise.folder, file)} does not begin with a comment.`,
      "Begin it with one comment line: the sentence that the learner is told.",
    );
  if (!isPlain(sentence))
    throw new UserError(
      `The first line of ${path.join(exercise.folder, file)} holds characters that do not show.`,
      "Take them out: the learner is told that sentence.",
    );
  return sentence;
}

const modulesIn = (exercise: Exercise, prefix: string): string[] =>
  Object.keys(under(exercise, prefix))
    .filter((file) => /^[^/]+\.ts$/.test(file))
    .map((file) => file.slice(0, -".ts".length))
    .sort();

const under = (exercise: Exercise, prefix: string): Record<string, string> =>
  Object.fromEntries(Object.entries(exercise.files).flatMap(([file, text]) => (file.startsWith(prefix) ? [[file.slice(prefix.length), text]] : [])));

const withSurface = ({ files }: Exercise): Record<string, string> => (files["surface.ts"] === undefined ? {} : { "surface.ts": files["surface.ts"] });

function missing(exercise: Exercise, name: string): UserError {
  const file = name === "reference" ? `reference/${exercise.entry}` : `${name}.ts`;
  return new UserError(`${exercise.folder} has no ${file}.`, "Add it, or correct the name where it is used.");
}
