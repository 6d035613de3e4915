/** Reads packs from disk. */
import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { UserError } from "../errors.ts";
import { parseExercise, parsePack, requireFiles } from "../exercise/manifest.ts";
import type { Exercise, Pack } from "../exercise/model.ts";
import { judgingFiles } from "../exercise/tree.ts";
import { BYTES, PACK_FOLDER, sizeText } from "./files/bounds.ts";
import { readProblem } from "./files/problems.ts";
import { readBytes } from "./files/read.ts";
import { textFrom } from "./files/text.ts";
import { filesBelow } from "./files/walk.ts";

/** Everything else is binary: an ONNX graph may well happen to be valid UTF-8. */
const TEXT = new Set([".ts", ".json", ".md", ".txt", ".py", ".svg", ".csv"]);

/**
 * Reads a whole pack.
 * @throws {UserError} naming the file and what is wrong with it
 */
export async function readPack(folder: string): Promise<Pack> {
  const root = path.resolve(folder);
  return packOf(await readFiles(root), root);
}

/**
 * The pack that these files are.
 * @param files by path below the pack's folder
 * @param root that folder, for messages and as the place of its exercises
 * @throws {UserError} naming the file and what is wrong with it
 */
export function packOf(all: ReadonlyMap<string, Buffer>, root: string): Pack {
  const files = new Map([...all].filter(([file]) => isContent(file)));
  const manifest = files.get("pack.json");
  if (!manifest) throw new UserError(`${root} is not a pack: it has no pack.json.`, "Name the folder that holds pack.json.");
  const { exercises: slugs, ...rest } = parsePack(textIn(root, "pack.json", manifest), path.join(root, "pack.json"));
  const digest = digestOf(files);
  const origin = { id: rest.id, version: rest.version, title: rest.title, digest };
  const exercises = slugs.map((slug) => readExercise(root, slug, files, origin));
  requireDistinctIds(exercises);
  return { ...rest, folder: root, digest, exercises };
}

/** What a pack is, as against its wrapping: the same pack has the same digest before it is published and after. An instructor's own notes stay at home. */
export const isContent = (file: string): boolean =>
  !["package.json", "signature.json"].includes(file) && !file.split("/").some((name) => name.startsWith(".") || ["instructor", "node_modules"].includes(name));

/** Reads every pack of a folder that holds one folder per pack. */
export async function readPacks(folder: string): Promise<readonly Pack[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw readProblem(error, folder);
  });
  return Promise.all(entries.filter((entry) => entry.isDirectory()).map((entry) => readPack(path.join(folder, entry.name))));
}

/**
 * The exercise of that id, folder name or number.
 * @throws {UserError} when there is none, or more than one
 */
export function findExercise(packs: readonly Pack[], wanted: string): Exercise {
  const all = packs.flatMap((pack) => pack.exercises);
  const number = /^\d+$/.test(wanted) ? Number(wanted) : undefined;
  const found = all.filter(({ id, slug }) => id === wanted || slug === wanted || (number !== undefined && Number.parseInt(slug, 10) === number));
  if (found.length === 1) return found[0] as Exercise;
  const known = (found.length > 1 ? found : all).map(({ id, slug }) => `${slug} (${id})`).join(", ") || "none";
  if (found.length > 1) throw new UserError(`"${wanted}" could be any of ${known}.`, "Name it by its id.");
  throw new UserError(`There is no exercise "${wanted}".`, `These are known: ${known}.`);
}

/** sha256 over paths and contents, in order of path. */
export function digestOf(files: ReadonlyMap<string, Buffer | string>): string {
  const hash = createHash("sha256");
  for (const [file, content] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(`${file}\0${Buffer.byteLength(content)}\0`).update(content);
  }
  return hash.digest("hex");
}

/** Of all that a verdict follows from: where it is the same, an older grade says what a new one would. */
export const checksDigest = (exercise: Exercise): string => digestOf(new Map(Object.entries(judgingFiles(exercise))));

function readExercise(root: string, slug: string, all: ReadonlyMap<string, Buffer>, pack: Exercise["pack"]): Exercise {
  const folder = path.join(root, slug);
  const own = [...all].flatMap(([file, content]) => (file.startsWith(`${slug}/`) ? [[file.slice(slug.length + 1), content] as const] : []));
  const manifest = all.get(`${slug}/exercise.json`);
  if (!manifest) {
    throw new UserError(
      `${path.join(root, "pack.json")} names the exercise "${slug}", but ${folder} has no exercise.json.`,
      "Add the exercise, or take its name out of pack.json.",
    );
  }
  const isText = ([file]: readonly [string, Buffer]) => TEXT.has(path.extname(file));
  const exercise: Exercise = {
    ...parseExercise(textIn(folder, "exercise.json", manifest), path.join(folder, "exercise.json")),
    slug,
    pack,
    folder,
    files: Object.fromEntries(own.filter(isText).map(([file, content]) => [file, textIn(folder, file, content)])),
    binaries: Object.fromEntries(own.filter((f) => !isText(f)).map(([file, content]) => [file, content.toString("base64")])),
  };
  requireFiles(exercise);
  return exercise;
}

function requireDistinctIds(exercises: readonly Exercise[]): void {
  for (const [i, { id, folder }] of exercises.entries()) {
    const first = exercises.findIndex((e) => e.id === id);
    if (first !== i)
      throw new UserError(`${folder} and ${exercises[first]?.folder} have the same id "${id}".`, "Give one of them an id of its own in exercise.json.");
  }
}

const textIn = (folder: string, file: string, content: Buffer): string => textFrom(content, path.join(folder, file));

/** Folders that pack.json may name. What lies beside them and is no plain file is of no exercise: it is not published, so it is not read. */
const isBeside = (file: string): boolean => file.includes("/") && !/^\d+-/.test(file);

/** Every file below the folder, by its path with forward slashes; hidden ones and installed packages left out. */
async function readFiles(root: string): Promise<Map<string, Buffer>> {
  const remedy = "Name a folder that holds a pack, and nothing but plain files.";
  const files = new Map<string, Buffer>();
  let bytes = 0;
  for (const file of await filesBelow(root, { spared: isBeside, bounds: PACK_FOLDER, links: false, remedy })) {
    const content = await readBytes(path.join(root, file), BYTES.packFile).catch((error: unknown) => {
      if (!(error instanceof UserError && isBeside(file))) throw error;
      return undefined;
    });
    if (!content) continue; // gone meanwhile, or spared
    bytes += content.length;
    if (bytes > BYTES.pack) throw new UserError(`${root} is larger than ${sizeText(BYTES.pack)}.`, remedy);
    files.set(file, content);
  }
  return files;
}
