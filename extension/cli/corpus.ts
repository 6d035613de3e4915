import { readCorpusFile } from "../supervisor/corpusFile.ts";

/** Text of the file that the learner named, if any. */
export const readCorpus = async (file: string | undefined): Promise<string | undefined> =>
  file === undefined ? undefined : readCorpusFile(file, "Name a text file.");
