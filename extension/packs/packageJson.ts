/** The wrapping that makes a pack an npm package. */
import * as z from "zod";
import { UserError } from "../errors.ts";
import type { Pack } from "../exercise/model.ts";
import type { Files } from "./archive.ts";
import { KEYWORD } from "./registry.ts";

export const PACKAGE_FILE = "package.json";

/** What we read of a package.json; everything else in it is the instructor's and stays as it is. */
const packageSchema = z.looseObject({
  name: z.string().optional(),
  keywords: z.array(z.string()).optional(),
  practicum: z.object({ forced: z.boolean().optional() }).optional(),
});

export type PackageManifest = z.infer<typeof packageSchema> & { readonly name: string; readonly version: string };

/** Says that the pack was published although it was not proven. */
export const isForced = (files: Files): boolean => read(files).practicum?.forced === true;

/**
 * The package.json to publish: the instructor's own, if there is one, with what a registry must know.
 * @param forced why the pack is published unproven, if it is
 */
export function packageFor(pack: Pack, files: Files, forced?: string): PackageManifest {
  const own = read(files);
  const keywords = new Set([...(own.keywords ?? []).filter((word) => !word.startsWith("practicum-")), KEYWORD]);
  keywords.add(`practicum-exercises-${pack.exercises.length}`).add(`practicum-state-${forced === undefined ? "verified" : "forced"}`);
  const { scripts: _, devDependencies: __, private: ___, ...kept } = own;
  return {
    description: pack.title,
    ...kept,
    name: own.name ?? `${KEYWORD}-${pack.id}`,
    version: pack.version,
    keywords: [...keywords],
    practicum: forced === undefined ? {} : { forced: true, because: forced },
  } as PackageManifest;
}

function read(files: Files): z.infer<typeof packageSchema> {
  const text = files.get(PACKAGE_FILE)?.toString("utf8");
  if (text === undefined) return {};
  try {
    return packageSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new UserError("The pack's package.json cannot be read.", "Correct it, or delete it: one is made when the pack is published.", { cause });
  }
}
