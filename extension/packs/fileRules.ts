/** What can be said of an exercise's files without running them. Pure. */
import path from "node:path";
import { parseHints } from "../exercise/hints.ts";
import type { Exercise, Pack } from "../exercise/model.ts";
import { isGraph, refusalOf } from "../protocol/onnxGraph.ts";
import type { Problem } from "./proof.ts";

/** Every file has a place that says what it is; a check's own modules and a statement's pictures are those that they name. */
const EXPECTED = [
  /^(exercise\.json|README\.md|hints\.md|surface\.ts|run\.ts|tsconfig\.json|corpus\.txt)$/,
  /^(starter|reference|misconceptions|variants)\/[\w-]+\.ts$/,
  /^[\w-]+\.check\.ts$/,
  /^(oracle|pretrained)\//,
];

export const fileRules = (exercise: Exercise): Problem[] => [
  ...unexpected(exercise),
  ...hints(exercise),
  ...todo(exercise),
  ...readsAtOnce(exercise),
  ...graphs(exercise),
];

function unexpected({ files, binaries }: Exercise): Problem[] {
  const named = [...Object.entries(files)].filter(([file]) => file.endsWith(".check.ts") || file === "README.md").map(([, text]) => text);
  const isNamed = (file: string) => named.some((text) => text.includes(`./${file}"`) || text.includes(`(${file})`) || text.includes(`"${file}"`));
  return [...Object.keys(files), ...Object.keys(binaries)]
    .filter((file) => !EXPECTED.some((place) => place.test(file)) && !isNamed(file))
    .map((file) => ({ file, message: `${file} has no place in an exercise.`, remedy: "Remove it, or put it where it belongs: see README, For instructors." }));
}

/** Files of the pack's folder that are of no exercise, and would be published. @param paths of all its files */
export function packRules({ exercises }: Pick<Pack, "exercises">, paths: readonly string[], readme = ""): Problem[] {
  const own = (name: string) => exercises.some(({ slug }) => slug === name) || OF_PACK.test(name) || readme.includes(`(${name}`);
  const names = new Set(paths.map((file) => file.split("/", 1)[0] as string).filter((name) => !own(name)));
  return [...names].map((file) => ({
    file,
    message: `${file} belongs to no exercise that pack.json names, and would be published.`,
    remedy: "Name it there, take it out, or move it to a folder named instructor.",
  }));
}

const OF_PACK = /^(pack\.json|package\.json|signature\.json|tsconfig\.json|(README|CHANGELOG|PROOF|LICEN[CS]E)(\.(md|txt))?|instructor)$/;

function hints({ files }: Exercise): Problem[] {
  const text = files["hints.md"];
  if (text === undefined || parseHints(text).length === 0) {
    return [{ file: "hints.md", line: 1, message: "There are no hints.", remedy: "Each heading is one step, with text below it." }];
  }
  const lines = text.split("\n");
  const isHeading = (line = "") => /^#{2,6}\s/.test(line);
  return lines.flatMap((line, i) => {
    const next = lines.slice(i + 1).find((later) => later.trim() !== "");
    return isHeading(line) && (next === undefined || isHeading(next))
      ? [
          {
            file: "hints.md",
            line: i + 1,
            message: `The hint "${line.replace(/^#+\s*/, "")}" is empty.`,
            remedy: "Write what the learner is told, or take the heading out.",
          },
        ]
      : [];
  });
}

function todo({ files, entry }: Exercise): Problem[] {
  const file = `starter/${entry}`;
  return files[file]?.includes("TODO") ? [] : [{ file, line: 1, message: "The starter has no TODO.", remedy: "A TODO says what is to be written, not how." }];
}

/** What a run computes with; variants and misconceptions are only graded, and not on a GPU. */
const RUN = /^(run\.ts|(starter|reference)\/.*)$/;

function readsAtOnce({ files, backend }: Exercise): Problem[] {
  if (backend?.refuse?.includes("webgpu") || (backend?.require && !backend.require.includes("webgpu"))) return [];
  return Object.entries(files)
    .filter(([file]) => RUN.test(file))
    .flatMap(([file, text]) =>
      text.split("\n").flatMap((line, i): Problem[] => {
        const read = /\.(dataSync|arraySync|bufferSync)\b/.exec(line)?.[1];
        if (!read) return [];
        const remedy = 'Await `data()` or `array()` in its place, or let exercise.json refuse the backend "webgpu".';
        return [{ file, line: i + 1, message: `A result on a GPU cannot be read by ${read}.`, remedy }];
      }),
    );
}

/** Where one leads out of itself, what it would be judged by is another file on each machine. */
function graphs({ binaries }: Exercise): Problem[] {
  return Object.entries(binaries).flatMap(([file, base64]): Problem[] => {
    const refusal = isGraph(file) ? refusalOf(file, Buffer.from(base64, "base64")) : undefined;
    return refusal ? [{ file, message: refusal.message, remedy: refusal.remedy }] : [];
  });
}

/** Ids that are taken, have changed, or need each other in a circle. @param earlier id of each folder, as it was */
export function idRules({ exercises }: Pick<Pack, "exercises">, earlier: Readonly<Record<string, string>> = {}): Problem[] {
  const changed = exercises.filter(({ slug, id }) => earlier[slug] !== undefined && earlier[slug] !== id);
  const needsOf = new Map(exercises.map(({ id, needs }) => [id, needs]));
  const reaches = (from: string, to: string, seen = new Set<string>()): boolean =>
    (needsOf.get(from) ?? []).some((next) => next === to || (!seen.has(next) && reaches(next, to, seen.add(next))));
  const lineOf = ({ files }: Exercise, text: string) => files["exercise.json"]?.split("\n").findIndex((line) => line.includes(text)) ?? 0;
  return [
    ...changed.map((exercise) => ({
      file: path.posix.join(exercise.slug, "exercise.json"),
      line: lineOf(exercise, '"id"') + 1,
      message: `The id of ${exercise.slug} was "${earlier[exercise.slug]}" and is now "${exercise.id}".`,
      remedy: "An id never changes: learners' progress is kept under it.",
    })),
    ...exercises
      .filter(({ id }) => reaches(id, id))
      .map((exercise) => ({
        file: path.posix.join(exercise.slug, "exercise.json"),
        line: lineOf(exercise, '"needs"') + 1,
        message: `${exercise.id} needs itself, by way of ${(needsOf.get(exercise.id) ?? []).filter((next) => next === exercise.id || reaches(next, exercise.id)).join(" and ")}.`,
        remedy: "Take one of the steps out of `needs`.",
      })),
  ];
}

/** Each problem with the exercise's folder before its file. */
export const inFolder = (slug: string, problems: readonly Problem[]): Problem[] =>
  problems.map((problem) => ({ ...problem, file: problem.file === undefined ? slug : path.posix.join(slug, problem.file) }));
