/** The learner's own text to train on, when one is set. */
import { homedir } from "node:os";
import path from "node:path";
import { readCorpusFile } from "../supervisor/corpusFile.ts";
import { setting } from "./editor.ts";

/** @throws {UserError} when the file cannot be read */
export async function readCorpus(): Promise<string | undefined> {
  const file = setting("practicum.corpus");
  if (!file) return undefined;
  const absolute = path.resolve(homedir(), file.replace(/^~(?=$|[\\/])/, homedir()));
  return readCorpusFile(absolute, "Correct the setting practicum.corpus, or leave it empty for the text that ships with the exercise.");
}
