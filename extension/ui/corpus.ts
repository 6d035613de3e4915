/** The learner's own text to train on, when one is set. */
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import { messageOf, UserError } from "../errors.ts";
import { setting } from "./editor.ts";

/** @throws {UserError} when the file cannot be read */
export async function readCorpus(): Promise<string | undefined> {
  const file = setting("practicum.corpus");
  if (!file) return undefined;
  const absolute = path.resolve(homedir(), file.replace(/^~(?=$|[\\/])/, homedir()));
  try {
    return await readFile(absolute, "utf8");
  } catch (cause) {
    throw new UserError(
      `The corpus ${absolute} cannot be read: ${messageOf(cause)}.`,
      "Correct the setting practicum.corpus, or leave it empty for the text that ships with the exercise.",
      { cause },
    );
  }
}
