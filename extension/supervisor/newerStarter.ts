/** A pack that is updated may bring another starter. What the learner has edited is never written over: it is merged, or kept, as the learner says. */
import path from "node:path";
import { mergeDiff3 } from "node-diff3";
import type { Exercise } from "../exercise/model.ts";
import { exerciseFiles, STARTER } from "../exercise/scaffold.ts";
import { backUp, noteScaffolded, textOf, write } from "./attempt.ts";

/** A file that the learner has edited, and that the pack has changed since. */
export interface Divided {
  readonly file: string;
  readonly mine: string;
  /** As it was scaffolded. */
  readonly base: string;
  /** As the pack has it now. */
  readonly theirs: string;
}

export interface Merged {
  readonly text: string;
  /** Places where both changed the same lines: both versions stand there, marked as git marks them. */
  readonly conflicts: number;
}

/** Files of an attempt that the learner has edited and that are not as they were when it was scaffolded. */
export async function dividedFiles(exercise: Exercise, folder: string): Promise<readonly Divided[]> {
  const all = await Promise.all(
    Object.entries(exerciseFiles(exercise)).map(async ([file, theirs]) => {
      const base = await textOf(path.join(folder, STARTER, file));
      const mine = base === undefined || base === theirs ? undefined : await textOf(path.join(folder, file));
      return mine === undefined || base === undefined ? undefined : { file, mine, base, theirs };
    }),
  );
  return all.filter((one) => one !== undefined).filter(({ mine, base, theirs }) => mine !== base && mine !== theirs);
}

export function merge({ mine, base, theirs }: Divided): Merged {
  const [a, o, b] = [mine, base, theirs].map((text) => text.split("\n")) as [string[], string[], string[]];
  const { result } = mergeDiff3(a, o, b, { label: { a: "yours", o: "the starter you began with", b: "the new starter" } });
  return { text: result.join("\n"), conflicts: result.filter((line) => line.startsWith("<<<<<<< ")).length };
}

/** Writes the merged files; what they replace is kept first. @returns the folder of that, and the conflicts that wait for the learner */
export async function mergeAll(folder: string, divided: readonly Divided[]): Promise<{ readonly backup: string; readonly conflicts: number }> {
  const backup = await backUp(
    folder,
    divided.map(({ file }) => file),
  );
  let conflicts = 0;
  for (const one of divided) {
    const merged = merge(one);
    conflicts += merged.conflicts;
    await write(folder, one.file, merged.text);
  }
  await keepMine(folder, divided);
  return { backup, conflicts };
}

/** The learner's files stay as they are, and are not asked about again until the pack changes once more. */
export const keepMine = (folder: string, divided: readonly Divided[]): Promise<void> =>
  noteScaffolded(folder, Object.fromEntries(divided.map(({ file, theirs }) => [file, theirs])));
