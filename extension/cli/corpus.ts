import { readFile } from "node:fs/promises";
import { messageOf, UserError } from "../errors.ts";

/** Text of the file that the learner named, if any. */
export async function readCorpus(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new UserError(`The corpus ${file} cannot be read (${messageOf(error)}).`, "Name a text file.", { cause: error });
  }
}
