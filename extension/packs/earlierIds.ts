/** The ids that a pack's exercises had when they were last committed, where the pack is in a git repository. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Pack } from "../exercise/model.ts";

const run = promisify(execFile);

/** @returns folder of the exercise -> id */
export async function earlierIds({ folder, exercises }: Pack): Promise<Record<string, string>> {
  const ids = await Promise.all(exercises.map(async ({ slug }) => [slug, await committedId(folder, slug)] as const));
  return Object.fromEntries(ids.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

async function committedId(folder: string, slug: string): Promise<string | undefined> {
  try {
    const { stdout } = await run("git", ["-C", folder, "show", `HEAD:./${slug}/exercise.json`]);
    const { id } = JSON.parse(stdout) as { id?: unknown };
    return typeof id === "string" ? id : undefined;
  } catch {
    return undefined; // no git, no repository, or an exercise that is new
  }
}
