/** A learner's folder: reading it, filling it, putting it back to its start. */
import { createHash } from "node:crypto";
import { access, constants, copyFile, cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { messageOf, UserError } from "../errors.ts";
import { parseMarker } from "../exercise/manifest.ts";
import type { AttemptMarker, Exercise } from "../exercise/model.ts";
import { actionFor, BACKUPS, CHECKPOINTS, exerciseFiles, MARKER, markerFor, OWN_FOLDER, STARTER, TYPES } from "../exercise/scaffold.ts";
import type { SourceTree } from "../protocol/runtime.ts";

const TEMPLATE = "templates/workspace";
const GLOBALS = "globals.d.ts";

export interface ScaffoldResult {
  /** Files written, among them those brought up to date with the pack. */
  readonly created: readonly string[];
  /** Files that were there and stay as they are. */
  readonly kept: readonly string[];
}

/**
 * The modules of an attempt as they are on disk now.
 * @throws {UserError} when the folder lacks the entry
 */
export async function readAttempt(exercise: Exercise, folder: string): Promise<SourceTree> {
  const root = path.resolve(folder);
  const { entry } = exercise;
  const missing = () =>
    new UserError(`${root} has no ${entry}.`, `Name the folder of your attempt, or open the exercise there: practicum open ${exercise.slug}`);
  if ((await textOf(path.join(root, entry))) === undefined) throw missing();
  const files: Record<string, string> = {};
  for (const file of await modulesBelow(root)) {
    const text = await textOf(path.join(root, file));
    if (text !== undefined) files[file] = text; // another program may take it away just now
  }
  if (files[entry] === undefined) throw missing(); // and the entry too
  return { root, entry, files };
}

/** The attempt that a file or folder belongs to: the nearest folder above with our marker. */
export async function findAttempt(file: string): Promise<{ readonly folder: string; readonly marker: AttemptMarker } | undefined> {
  const marker = await readMarker(file);
  if (marker) return { folder: file, marker };
  const parent = path.dirname(file);
  return parent === file ? undefined : findAttempt(parent);
}

/** Attempts in this folder and in those below it: a learner's stand at most in a folder for each pack. @returns exercise -> folder */
export async function attemptsBelow(folder: string, depth = 2): Promise<ReadonlyMap<string, string>> {
  const marker = await readMarker(folder);
  if (marker) return new Map([[marker.exercise, folder]]);
  const entries = depth === 0 ? [] : await readdir(folder, { withFileTypes: true }).catch(() => []); // not there yet, or not ours to read
  const below = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith(".") && entry.name !== "node_modules");
  const found = await Promise.all(below.map((entry) => attemptsBelow(path.join(folder, entry.name), depth - 1)));
  return new Map(found.flatMap((attempts) => [...attempts]));
}

/**
 * Fills a folder for an exercise; an edited file is never overwritten.
 * @param dist folder of what was built: declarations for the editor and the template
 * @throws {UserError} when the folder is that of another exercise
 */
export async function scaffold(exercise: Exercise, folder: string, dist: string): Promise<ScaffoldResult> {
  const marker = await readMarker(folder);
  if (marker && marker.exercise !== exercise.id) {
    throw new UserError(`${folder} holds an attempt at another exercise, ${marker.exercise}.`, "Choose another folder.");
  }
  await requireFolder(folder);
  const plan = { ...exerciseFiles(exercise), "tsconfig.json": await readFile(path.join(dist, TEMPLATE, "tsconfig.json"), "utf8") };
  const scaffolded: Record<string, string> = { ...marker?.scaffolded };
  const created: string[] = [];
  const kept: string[] = [];
  for (const [file, text] of Object.entries(plan)) {
    const present = await textOf(path.join(folder, file));
    if (actionFor(present === undefined ? undefined : sha256(present), scaffolded[file], sha256(text)) === "keep") {
      kept.push(file);
      continue;
    }
    await write(folder, file, text);
    await write(folder, `${STARTER}/${file}`, text);
    scaffolded[file] = sha256(text);
    created.push(file);
  }
  await writeOwn(folder, dist, markerFor(exercise, scaffolded));
  return { created, kept };
}

/** Puts the exercise's files back to their start; a copy of what that replaces goes to `backup`. Files of the learner's own stay. */
export async function resetAttempt(exercise: Exercise, folder: string): Promise<{ readonly backup: string; readonly replaced: readonly string[] }> {
  const backup = path.join(folder, BACKUPS, new Date().toISOString().replaceAll(":", "-"));
  const replaced: string[] = [];
  const scaffolded: Record<string, string> = { ...(await readMarker(folder))?.scaffolded };
  for (const [file, text] of Object.entries(exerciseFiles(exercise))) {
    const present = await textOf(path.join(folder, file));
    if (present !== undefined && present !== text) {
      await mkdir(path.dirname(path.join(backup, file)), { recursive: true });
      await copyFile(path.join(folder, file), path.join(backup, file));
      replaced.push(file);
    }
    if (present !== text) await write(folder, file, text);
    await write(folder, `${STARTER}/${file}`, text);
    scaffolded[file] = sha256(text);
  }
  await writeMarker(folder, markerFor(exercise, scaffolded));
  return { backup, replaced };
}

/** From now on these texts count as what was scaffolded. */
export async function noteScaffolded(folder: string, texts: Readonly<Record<string, string>>): Promise<void> {
  const marker = await readMarker(folder);
  if (!marker) return;
  const digests = Object.fromEntries(Object.entries(texts).map(([file, text]) => [file, sha256(text)]));
  for (const [file, text] of Object.entries(texts)) await write(folder, `${STARTER}/${file}`, text);
  await writeMarker(folder, { ...marker, scaffolded: { ...marker.scaffolded, ...digests } });
}

async function writeOwn(folder: string, dist: string, marker: AttemptMarker): Promise<void> {
  await cp(path.join(dist, "types"), path.join(folder, TYPES), { recursive: true });
  await cp(path.join(dist, TEMPLATE, GLOBALS), path.join(folder, TYPES, GLOBALS));
  await write(folder, `${OWN_FOLDER}/.gitignore`, `/${path.basename(BACKUPS)}/\n/${path.basename(CHECKPOINTS)}/\n`);
  await writeMarker(folder, marker);
}

const writeMarker = (folder: string, marker: AttemptMarker): Promise<void> => write(folder, MARKER, `${JSON.stringify(marker, null, 2)}\n`);

async function readMarker(folder: string): Promise<AttemptMarker | undefined> {
  const file = path.join(folder, MARKER);
  const text = await textOf(file);
  return text === undefined ? undefined : parseMarker(text, file);
}

/** TypeScript files below the folder, by path with forward slashes, but declarations, hidden ones and installed packages. */
async function modulesBelow(root: string, below = ""): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(path.join(root, below), { withFileTypes: true })) {
    const file = path.posix.join(below, entry.name);
    if (entry.name.startsWith(".") || entry.name === "node_modules") continue;
    if (entry.isDirectory()) found.push(...(await modulesBelow(root, file)));
    else if (/(?<!\.d)\.ts$/.test(entry.name)) found.push(file);
  }
  return found.sort();
}

/** Text of a file, or undefined where there is none. */
export async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw error;
  }
}

export async function write(folder: string, file: string, text: string): Promise<void> {
  const target = path.join(folder, file);
  await mkdir(path.dirname(target), { recursive: true });
  await writeFile(target, text);
}

/** @throws {UserError} when the folder is none, or may not be written */
async function requireFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
  } catch (error) {
    const why = ["EEXIST", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "") ? "is not a folder" : `cannot be written (${messageOf(error)})`;
    throw new UserError(`${folder} ${why}.`, "Name a folder that is yours; it is made where there is none.", { cause: error });
  }
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
