/** Searches a folder, under bounds. Links to folders are not followed, so that none leads in a circle. */
import type { Dirent } from "node:fs";
import { opendir } from "node:fs/promises";
import path from "node:path";
import { UserError } from "../../errors.ts";
import { isPlain } from "../../protocol/plainText.ts";
import { kindText, readProblem } from "./problems.ts";

export interface WalkBounds {
  /** Names that are looked at, those that are left out included. */
  readonly names: number;
  /** Files that are taken. */
  readonly files: number;
  /** Levels of folders. */
  readonly depth: number;
}

export interface Walk {
  /** Whether to take what has this path; everything when absent. */
  readonly wanted?: (file: string) => boolean;
  readonly bounds: WalkBounds;
  /** Links to files are taken, as the programs take them that a learner uses beside. */
  readonly links: boolean;
  /** What is left out where it is not as it must be; nothing when absent. */
  readonly spared?: (file: string) => boolean;
  /** What to do about a folder that is not as it must be. */
  readonly remedy: string;
}

/**
 * Files below the folder that are wanted, by path with forward slashes, in order; hidden ones and installed packages are left out.
 * @throws {UserError} when one is neither a file nor a folder, has a name that cannot be shown, or there is more than the bounds allow
 */
export async function filesBelow(root: string, { wanted = () => true, spared = () => false, bounds, links, remedy }: Walk): Promise<string[]> {
  const found: string[] = [];
  let names = 0;
  const refuse = (sentence: string) => new UserError(sentence, remedy);
  async function search(below: string, depth: number): Promise<void> {
    const folder = path.join(root, below);
    if (depth > bounds.depth) throw refuse(`${folder} is more than ${bounds.depth} folders deep.`);
    for await (const entry of entriesOf(folder)) {
      if (++names > bounds.names) throw refuse(`${root} holds more than ${bounds.names.toLocaleString("en")} files and folders.`);
      if (entry.name.startsWith(".") || entry.name === "node_modules") continue;
      await look(path.posix.join(below, entry.name), entry, depth).catch((error: unknown) => {
        if (!(error instanceof UserError && spared(path.posix.join(below, entry.name)))) throw error;
      });
    }
  }
  async function look(file: string, entry: Dirent, depth: number): Promise<void> {
    if (entry.isDirectory()) return search(file, depth + 1);
    if (!wanted(file)) return;
    if (!isPlain(entry.name) || entry.name.includes("\ufffd")) throw refuse(`${path.join(root, JSON.stringify(file))} has a name that cannot be shown.`);
    if (!entry.isFile() && !(links && entry.isSymbolicLink()))
      throw refuse(`${path.join(root, file)} is ${entry.isSymbolicLink() ? "a link" : kindText(entry)}, not a file.`);
    if (found.push(file) > bounds.files) throw refuse(`${root} holds more than ${bounds.files.toLocaleString("en")} files that would be read.`);
  }
  await search("", 0);
  return found.sort();
}

async function* entriesOf(folder: string) {
  try {
    yield* await opendir(folder, { bufferSize: 512 });
  } catch (error) {
    throw readProblem(error, folder);
  }
}
