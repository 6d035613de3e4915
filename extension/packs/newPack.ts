/** Begins a pack, or an exercise of one, with a worked example: it proves at once, and is replaced piece by piece. */
import { mkdir, readdir, rm } from "node:fs/promises";
import path from "node:path";
import { UserError } from "../errors.ts";
import { parseJson, parsePack } from "../exercise/manifest.ts";
import type { PackManifest } from "../exercise/model.ts";
import { BYTES } from "../supervisor/files/bounds.ts";
import { readProblem, writeProblem } from "../supervisor/files/problems.ts";
import { isAbsent, readText } from "../supervisor/files/read.ts";
import { copyFolder, writeWhole } from "../supervisor/files/write.ts";

const MANIFEST = "pack.json";

export interface Made {
  readonly folder: string;
  /** What to look at first. */
  readonly first: string;
}

/**
 * A pack with one exercise.
 * @param title as learners see it; its id is made of it
 * @param dist folder of what was built: templates, declarations and schemas are there
 * @throws {UserError} when the folder holds something already
 */
export async function newPack(folder: string, title: string, dist: string): Promise<Made> {
  const root = path.resolve(folder);
  const there = await namesIn(root);
  if (there?.length) throw new UserError(`${root} holds files already.`, "Name a new folder, or an empty one.");
  return orNothing(there ? undefined : root, root, async () => {
    await copyFolder(path.join(dist, "templates/pack"), root);
    await writeWhole(
      path.join(root, "README.md"),
      (await textOf(root, "README.md")).replace(/^# .*/, () => `# ${title}`),
    );
    await writeJson(path.join(root, MANIFEST), { ...(await jsonOf(root, MANIFEST)), id: idOf(title), title });
    return newExercise(root, "Softmax", dist);
  });
}

/**
 * Adds an exercise to a pack, as its last.
 * @throws {UserError} when the folder is not a pack
 */
export async function newExercise(folder: string, title: string, dist: string): Promise<Made> {
  const root = path.resolve(folder);
  const file = path.join(root, MANIFEST);
  const text = await readText(file, BYTES.record);
  if (text === undefined) throw new UserError(`${root} is not a pack: it has no ${MANIFEST}.`, "Make one with: practicum new pack <folder>");
  const { exercises: before = [], ...manifest } = parseJson(text, file) as Partial<PackManifest>;
  if (before.length > 0) parsePack(text, file);
  const number = 1 + Math.max(0, ...before.map((slug) => Number.parseInt(slug, 10)));
  const numbered = String(number).padStart(2, "0");
  const slug = `${numbered}-${idOf(title)}`;
  const whole = `${JSON.stringify({ ...manifest, exercises: [...before, slug] }, null, 2)}\n`;
  const { id } = parsePack(whole, file);
  const own = path.join(root, slug);
  await mkdir(own).catch((error: unknown) => {
    throw writeProblem(error, own); // never into one that is there
  });
  return orNothing(own, own, async () => {
    await copyFolder(path.join(dist, "templates/exercise"), own);
    await writeJson(path.join(own, "exercise.json"), { ...(await jsonOf(own, "exercise.json")), id: `${id}-${numbered}`, title });
    await writeWhole(
      path.join(own, "README.md"),
      (await textOf(own, "README.md")).replace(/^# .*/, () => `# ${title}`),
    );
    await refreshTypes(root, dist);
    await writeWhole(file, whole); // last: until then the pack is as it was
    return { folder: own, first: path.join(own, "README.md") };
  });
}

/** A full disk leaves nothing half-made. @param made folder that is ours to take away; else what is in `folder` is */
async function orNothing<T>(made: string | undefined, folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const rest = made ? [made] : ((await namesIn(folder)) ?? []).map((name) => path.join(folder, name));
    for (const one of rest) await rm(one, { recursive: true, force: true }).catch(() => {}); // what is told is the first failure
    throw error;
  }
}

async function namesIn(folder: string): Promise<string[] | undefined> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw readProblem(error, folder);
  }
}

/** Declarations and schemas that the editor completes by; a newer Practicum brings newer ones. */
async function refreshTypes(root: string, dist: string): Promise<void> {
  const types = path.join(root, ".practicum/types");
  for (const folder of ["types", "author"]) await copyFolder(path.join(dist, folder), types);
  await writeWhole(path.join(types, "globals.d.ts"), await textOf(dist, "templates/workspace/globals.d.ts"), { folders: true });
  await copyFolder(path.join(dist, "schemas"), path.join(root, ".practicum/schemas"));
}

/** Lower-case letters and digits joined by hyphens: what a manifest takes for an id. */
function idOf(title: string): string {
  const words = title
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .match(/[a-z0-9]+/g);
  if (!words) throw new UserError(`"${title}" has no letters that an id can be made of.`, "Give it a name with some of a to z.");
  return words.join("-");
}

async function textOf(folder: string, file: string): Promise<string> {
  const text = await readText(path.join(folder, file), BYTES.packFile);
  if (text === undefined) throw new Error(`${path.join(folder, file)} is not there`);
  return text;
}
const jsonOf = async (folder: string, file: string): Promise<object> => JSON.parse(await textOf(folder, file));
const writeJson = (file: string, value: object): Promise<unknown> => writeWhole(file, `${JSON.stringify(value, null, 2)}\n`);
