/** What a command writes never takes the place of what it reads: an attempt or a submission is somebody's work. */
import { realpath } from "node:fs/promises";
import path from "node:path";
import { UserError } from "../errors.ts";
import type { SourceTree } from "../protocol/runtime.ts";

/** @param option that names it @param read files; what is in an archive stands below the archive's name @throws {UserError} where it is one of them */
export async function requireOther(option: string, file: string, read: readonly string[]): Promise<void> {
  const target = await realpath(file).catch(() => undefined);
  if (target === undefined) return; // nothing is there that could be lost
  for (const each of read) {
    if ((await fileOf(each)) === target)
      throw new UserError(`${option} names ${file}, which is read here and would be lost.`, "Name another file to write to.");
  }
}

/** In full. */
export const filesOf = ({ root, files }: SourceTree): string[] => Object.keys(files).map((file) => path.join(root, file));

/** The file itself, or the archive that it is in. */
async function fileOf(read: string): Promise<string> {
  try {
    return await realpath(read);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOTDIR" ? await fileOf(path.dirname(read)) : read;
  }
}
