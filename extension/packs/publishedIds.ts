/** An id that learners have progress under stays: what is published next is held against what was published last. */
import { UserError } from "../errors.ts";
import type { Pack } from "../exercise/model.ts";
import { packOf } from "../supervisor/packStore.ts";
import { fetchPack, type RegistryOptions } from "./registry.ts";

/**
 * @param name of the package
 * @throws {UserError} when an exercise of the published version has another id now, or is gone
 */
export async function requireLastingIds(name: string, pack: Pack, options: RegistryOptions): Promise<void> {
  const published = await lastPublished(name, options);
  if (!published) return;
  const lost = lostIds(published, pack);
  if (lost.length === 0) return;
  throw new UserError(
    `Learners of ${name}@${published.version} would lose their progress: ${lost.join("; ")}.`,
    "Give each exercise its id back. If that is meant, say why with practicum publish --force; whoever installs it is told.",
  );
}

/** What became of each id that is not there any more. */
export function lostIds(published: Pick<Pack, "exercises">, pack: Pick<Pack, "exercises">): string[] {
  const ids = new Set(pack.exercises.map(({ id }) => id));
  return published.exercises
    .filter(({ id }) => !ids.has(id))
    .map(({ id, slug }) => {
      const now = pack.exercises.find((exercise) => exercise.slug === slug)?.id;
      return now === undefined ? `"${id}" is gone` : `the id of ${slug} was "${id}" and is now "${now}"`;
    });
}

async function lastPublished(name: string, options: RegistryOptions): Promise<Pack | undefined> {
  try {
    const { files, source } = await fetchPack(name, options);
    return packOf(files, source.resolved);
  } catch (error) {
    const { code = "" } = ((error as Error).cause ?? {}) as NodeJS.ErrnoException;
    if (["E404", "ETARGET"].includes(code)) return undefined; // it is the first
    throw error;
  }
}
