/** A learner's folder: reading it, filling it, putting it back to its start. */
import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { UserError } from "../errors.ts";
import { parseMarker } from "../exercise/manifest.ts";
import type { AttemptMarker, Exercise } from "../exercise/model.ts";
import { actionFor, BACKUPS, CHECKPOINTS, exerciseFiles, MARKER, markerFor, OWN_FOLDER, STARTER, TYPES } from "../exercise/scaffold.ts";
import type { SourceTree } from "../protocol/runtime.ts";
import { ATTEMPT_FOLDER, BYTES, sizeText } from "./files/bounds.ts";
import { readBytes, readText } from "./files/read.ts";
import { filesBelow } from "./files/walk.ts";
import { copyFolder, makeFolder, writeWhole } from "./files/write.ts";

const TEMPLATE = "templates/workspace";
const GLOBALS = "globals.d.ts";

export interface ScaffoldResult {
  /** Files written, among them those brought up to date with the pack. */
  readonly created: readonly string[];
  /** Files that were there and stay as they are. */
  readonly kept: readonly string[];
}

/** TypeScript, but declarations. */
const isModule = (file: string): boolean => /(?<!\.d)\.ts$/.test(file);

/**
 * The modules of an attempt as they are on disk now.
 * @throws {UserError} when the folder lacks the entry, holds a module that is no plain text file, or more than is ever graded
 */
export async function readAttempt(exercise: Exercise, folder: string): Promise<SourceTree> {
  const root = path.resolve(folder);
  const { entry } = exercise;
  const missing = () =>
    new UserError(`${root} has no ${entry}.`, `Name the folder of your attempt, or open the exercise there: practicum open ${exercise.slug}`);
  if ((await textOf(path.join(root, entry))) === undefined) throw missing();
  const remedy = "Keep only your attempt in its folder: move everything else out.";
  const files: Record<string, string> = {};
  let length = 0;
  for (const file of await filesBelow(root, { wanted: isModule, bounds: ATTEMPT_FOLDER, links: true, remedy })) {
    const text = await textOf(path.join(root, file));
    if (text === undefined) continue; // another program may take it away just now
    length += text.length;
    if (length > BYTES.attempt) throw new UserError(`The TypeScript files in ${root} are larger than ${sizeText(BYTES.attempt)} together.`, remedy);
    files[file] = text;
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
  const found = new Map<string, string>();
  for (const entry of entries) {
    if (!entry.isDirectory() || entry.name.startsWith(".") || entry.name === "node_modules") continue;
    for (const [exercise, at] of await attemptsBelow(path.join(folder, entry.name), depth - 1)) found.set(exercise, at);
  }
  return found;
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
  await makeFolder(folder);
  const plan = { ...exerciseFiles(exercise), "tsconfig.json": (await textOf(path.join(dist, TEMPLATE, "tsconfig.json"))) as string };
  const scaffolded: Record<string, string> = { ...marker?.scaffolded };
  const created: string[] = [];
  const kept: string[] = [];
  for (const [file, text] of Object.entries(plan)) {
    const present = await bytesOf(path.join(folder, file));
    const action = actionFor(present && sha256(present), scaffolded[file], sha256(text));
    (action === "keep" ? kept : created).push(file);
    if (action === "keep" && !present?.equals(Buffer.from(text))) continue;
    await write(folder, file, text); // as it is already, where a full disk has kept us from noting it
    await write(folder, `${STARTER}/${file}`, text);
    scaffolded[file] = sha256(text);
  }
  await writeOwn(folder, dist, markerFor(exercise, scaffolded));
  return { created, kept };
}

/**
 * Puts the exercise's files back to their start; a copy of what that replaces goes to `backup` first. Files of the learner's own stay.
 * @throws {UserError} when it cannot be written: until every copy is made, nothing is replaced
 */
export async function resetAttempt(exercise: Exercise, folder: string): Promise<{ readonly backup: string; readonly replaced: readonly string[] }> {
  const planned = exerciseFiles(exercise);
  const scaffolded: Record<string, string> = { ...(await readMarker(folder))?.scaffolded };
  const edited: string[] = [];
  for (const [file, text] of Object.entries(planned)) {
    const present = await bytesOf(path.join(folder, file));
    if (present && !present.equals(Buffer.from(text))) edited.push(file);
  }
  const backup = await backUp(folder, edited);
  for (const [file, text] of Object.entries(planned)) {
    await write(folder, file, text);
    await write(folder, `${STARTER}/${file}`, text);
    scaffolded[file] = sha256(text);
  }
  await writeMarker(folder, markerFor(exercise, scaffolded));
  return { backup, replaced: edited };
}

/** Keeps copies of these files, to the byte. @returns the folder of the copies @throws {UserError} when they cannot be kept */
export async function backUp(folder: string, files: readonly string[]): Promise<string> {
  const backup = path.join(folder, BACKUPS, new Date().toISOString().replaceAll(":", "-"));
  for (const file of files) {
    const content = await bytesOf(path.join(folder, file));
    if (content) await writeWhole(path.join(backup, file), content, { folders: true });
  }
  return backup;
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
  await copyFolder(path.join(dist, "types"), path.join(folder, TYPES));
  await write(folder, `${TYPES}/${GLOBALS}`, (await textOf(path.join(dist, TEMPLATE, GLOBALS))) as string);
  await write(folder, `${OWN_FOLDER}/.gitignore`, `/${path.basename(BACKUPS)}/\n/${path.basename(CHECKPOINTS)}/\n`);
  await writeMarker(folder, marker);
}

const writeMarker = (folder: string, marker: AttemptMarker): Promise<void> => write(folder, MARKER, `${JSON.stringify(marker, null, 2)}\n`);

async function readMarker(folder: string): Promise<AttemptMarker | undefined> {
  const file = path.join(folder, MARKER);
  const text = await readText(file, BYTES.marker);
  return text === undefined ? undefined : parseMarker(text, file);
}

/** Text of a file of an attempt, or undefined where there is none. @throws {UserError} when it is no plain text file */
export const textOf = (file: string): Promise<string | undefined> => readText(file, BYTES.module);

/** In an attempt's folder. Files that are as they should be are not touched. @throws {UserError} when it cannot be written */
export async function write(folder: string, file: string, text: string): Promise<void> {
  const target = path.join(folder, file);
  if ((await bytesOf(target))?.equals(Buffer.from(text))) return;
  await writeWhole(target, text, { folders: true });
}

/** Whatever they are: what is not text is kept and replaced all the same. */
const bytesOf = (file: string): Promise<Buffer | undefined> => readBytes(file, BYTES.attempt);

const sha256 = (text: string | Buffer): string => createHash("sha256").update(text).digest("hex");
