/**
 * Writes files: whole, or not at all. What was there stays until what takes its place is on the disk, and a failure leaves nothing behind but a sentence.
 */
import { randomUUID } from "node:crypto";
import { constants, openSync, type Stats } from "node:fs";
import { access, mkdir, open, realpath, rename, rm, stat } from "node:fs/promises";
import { Socket } from "node:net";
import path from "node:path";
import { UserError } from "../../errors.ts";
import { BYTES, PACK_FOLDER } from "./bounds.ts";
import { notPlain, writeProblem } from "./problems.ts";
import { isAbsent, readBytes, requireNoLink } from "./read.ts";
import { filesBelow } from "./walk.ts";

export interface WriteOptions {
  /** Makes the folders above. */
  readonly folders?: boolean;
  /** Permissions of a new file, less those that the user wants no new file to have. */
  readonly mode?: number;
  /** Keeps what is there, under its name with this behind it. */
  readonly keep?: string;
  /** What it is, where a person has named the file for it, e.g. "The trace": where that is a pipe or a device, it is written to. */
  readonly what?: string;
}

/** @returns the file where what was there is kept @throws {UserError} when it cannot be written; what was there is then as it was */
export async function writeWhole(file: string, content: string | Uint8Array, { folders, mode, keep, what }: WriteOptions = {}): Promise<string | undefined> {
  try {
    if (folders) await makeFolder(path.dirname(file));
    const there = await whatIsThere(file);
    if (there && what && (there.isFIFO() || there.isCharacterDevice())) return void (await writeThrough(file, there, content));
    if (there && !there.isFile()) throw notPlain(file, there);
    if (there) await access(file, constants.W_OK); // else a file that was made read-only would be replaced
    const target = there ? await realpath(file) : file; // a link stays
    const kept = there && keep ? `${target}${keep}` : undefined;
    await replace(target, content, { mode, as: there, kept });
    return kept;
  } catch (error) {
    throw writeProblem(error, file, what);
  }
}

/** Never in the place of anything. @throws {UserError} when something is there, or it cannot be written */
export async function writeNew(file: string, content: string, mode: number): Promise<void> {
  try {
    const handle = await open(file, "wx", mode);
    try {
      await handle.writeFile(content);
    } catch (error) {
      await rm(file, { force: true });
      throw error;
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw writeProblem(error, file);
  }
}

/** Copies a folder of ours into another; what is there as it should be is not touched. @throws {UserError} when it cannot be written */
export async function copyFolder(from: string, to: string): Promise<void> {
  for (const file of await filesBelow(from, { bounds: PACK_FOLDER, links: false, remedy: "Install Practicum again." })) {
    const content = (await readBytes(path.join(from, file), BYTES.packFile)) as Buffer;
    const target = path.join(to, file);
    if (!(await readBytes(target, BYTES.packFile))?.equals(content)) await writeWhole(target, content, { folders: true });
  }
}

/** Where it is not there yet, with the folders above. @throws {UserError} when it cannot be made */
export async function makeFolder(folder: string, mode?: number): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, ...(mode !== undefined && { mode }) });
  } catch (error) {
    if (["EEXIST", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? ""))
      throw new UserError(`${folder} is not a folder.`, "Name a folder that is yours; it is made where there is none.", { cause: error });
    throw writeProblem(error, folder);
  }
}

async function whatIsThere(file: string): Promise<Stats | undefined> {
  try {
    return await stat(file);
  } catch (error) {
    if (!isAbsent(error)) throw error;
    requireNoLink(file);
    return undefined;
  }
}

interface Replacing {
  readonly mode: number | undefined;
  /** What it replaces: with the same permissions. */
  readonly as: Stats | undefined;
  readonly kept: string | undefined;
}

async function replace(file: string, content: string | Uint8Array, { mode = 0o666, as, kept }: Replacing): Promise<void> {
  const draft = path.join(path.dirname(file), `.practicum-${randomUUID()}.part`);
  try {
    const handle = await open(draft, "wx", mode);
    try {
      await handle.writeFile(content);
      if (as) await handle.chmod(as.mode & 0o777);
    } finally {
      await handle.close();
    }
    if (kept) await rename(file, kept);
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {}); // the first failure is the one to tell
    throw error;
  }
}

/** A pipe that nobody reads from is not waited for. */
async function writeThrough(file: string, there: Stats, content: string | Uint8Array): Promise<void> {
  const flags = constants.O_WRONLY | (constants.O_NONBLOCK ?? 0);
  if (there.isFIFO()) {
    const pipe = new Socket({ fd: openSync(file, flags), readable: false, writable: true });
    return new Promise((resolve, reject) => pipe.once("error", reject).end(content, resolve));
  }
  const handle = await open(file, flags);
  try {
    await handle.writeFile(content);
  } finally {
    await handle.close();
  }
}
