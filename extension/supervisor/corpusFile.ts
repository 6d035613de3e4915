/** A text of the learner's own to train on. */
import { UserError } from "../errors.ts";
import { BYTES } from "./files/bounds.ts";
import { readText } from "./files/read.ts";

/** @param remedy for a file that is not there @throws {UserError} when it is no text file that can be read */
export async function readCorpusFile(file: string, remedy: string): Promise<string> {
  const text = await readText(file, BYTES.corpus);
  if (text === undefined) throw new UserError(`The corpus ${file} cannot be read: there is no such file.`, remedy);
  return text;
}
