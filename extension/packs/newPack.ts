/** Begins a pack, or an exercise of one, with a worked example: it proves at once, and is replaced piece by piece. */
import { cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { UserError } from "../errors.ts";
import { parsePack } from "../exercise/manifest.ts";
import type { PackManifest } from "../exercise/model.ts";

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
  if ((await readdir(root).catch(() => [])).length > 0) throw new UserError(`${root} holds files already.`, "Name a new folder, or an empty one.");
  await cp(path.join(dist, "templates/pack"), root, { recursive: true });
  await writeFile(path.join(root, "README.md"), (await textOf(root, "README.md")).replace(/^# .*/, `# ${title}`));
  await writeJson(path.join(root, MANIFEST), { ...(await jsonOf(root, MANIFEST)), id: idOf(title), title });
  await refreshTypes(root, dist);
  return newExercise(root, "Softmax", dist);
}

/**
 * Adds an exercise to a pack, as its last.
 * @throws {UserError} when the folder is not a pack
 */
export async function newExercise(folder: string, title: string, dist: string): Promise<Made> {
  const root = path.resolve(folder);
  const file = path.join(root, MANIFEST);
  const text = await readFile(file, "utf8").catch((cause: NodeJS.ErrnoException) => {
    throw new UserError(`${root} is not a pack: ${MANIFEST} cannot be read (${cause.code}).`, "Make one with: practicum new pack <folder>", { cause });
  });
  const manifest = JSON.parse(text) as PackManifest;
  if (manifest.exercises.length > 0) parsePack(text, file);
  const number = 1 + Math.max(0, ...manifest.exercises.map((slug) => Number.parseInt(slug, 10)));
  const numbered = String(number).padStart(2, "0");
  const slug = `${numbered}-${idOf(title)}`;
  const own = path.join(root, slug);
  await mkdir(own); // never into one that is there
  await cp(path.join(dist, "templates/exercise"), own, { recursive: true });
  await writeJson(path.join(own, "exercise.json"), { ...(await jsonOf(own, "exercise.json")), id: `${manifest.id}-${numbered}`, title });
  await writeFile(path.join(own, "README.md"), (await textOf(own, "README.md")).replace(/^# .*/, `# ${title}`));
  await writeJson(file, { ...manifest, exercises: [...manifest.exercises, slug] });
  await refreshTypes(root, dist);
  return { folder: own, first: path.join(own, "README.md") };
}

/** Declarations and schemas that the editor completes by; a newer Practicum brings newer ones. */
async function refreshTypes(root: string, dist: string): Promise<void> {
  const types = path.join(root, ".practicum/types");
  for (const folder of ["types", "author"]) await cp(path.join(dist, folder), types, { recursive: true });
  await cp(path.join(dist, "templates/workspace/globals.d.ts"), path.join(types, "globals.d.ts"));
  await cp(path.join(dist, "schemas"), path.join(root, ".practicum/schemas"), { recursive: true });
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

const textOf = (folder: string, file: string): Promise<string> => readFile(path.join(folder, file), "utf8");
const jsonOf = async (folder: string, file: string): Promise<object> => JSON.parse(await textOf(folder, file));
const writeJson = (file: string, value: object): Promise<void> => writeFile(file, `${JSON.stringify(value, null, 2)}\n`);
