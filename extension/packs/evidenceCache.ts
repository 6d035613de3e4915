/** What was found out about an exercise, kept by a digest of all that it follows from: nothing is proven twice. */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import type { Exercise } from "../exercise/model.ts";
import { BYTES } from "../supervisor/files/bounds.ts";
import { readText } from "../supervisor/files/read.ts";
import { writeWhole } from "../supervisor/files/write.ts";

/** To be raised when what is asked, or how it is kept, changes. */
const FORMAT = 1;

export class EvidenceCache {
  readonly #folder: string | undefined;
  readonly #programs: string;

  private constructor(folder: string | undefined, programs: string) {
    this.#folder = folder;
    this.#programs = programs;
  }

  /**
   * @param folder undefined: nothing is kept
   * @param dist folder of the programs that ask and judge: another build proves anew, as does another Node
   */
  static async open(folder: string | undefined, dist: string, node: string): Promise<EvidenceCache> {
    const hash = createHash("sha256").update(`${FORMAT} ${node}\0`);
    const programs = (await readdir(dist)).filter((file) => /^(runtime|grader|oracle)\.mjs$|\.wasm$/.test(file)).sort();
    for (const file of programs) hash.update(await readFile(path.join(dist, file)));
    return new EvidenceCache(folder, hash.digest("hex"));
  }

  /** What is kept of this part, else what the work gives, which is kept from now on if it is `lasting`. */
  async through<T extends object>(
    exercise: Exercise,
    part: string,
    work: () => Promise<T>,
    lasting: (found: T) => boolean = () => true,
  ): Promise<T & { readonly cached: boolean }> {
    if (this.#folder === undefined) return { ...(await work()), cached: false };
    const file = path.join(this.#folder, `${this.#keyOf(exercise, part)}.json`);
    const kept = await readText(file, BYTES.evidence).then(jsonOf, () => undefined); // what cannot be read is found out again
    if (kept) return { ...(kept as T), cached: true };
    const found = await work();
    if (!lasting(found)) return { ...found, cached: false };
    await writeWhole(file, JSON.stringify(found), { folders: true });
    return { ...found, cached: false };
  }

  /** Prose is no part of what is asked. */
  #keyOf({ id, files, binaries }: Exercise, part: string): string {
    const hash = createHash("sha256").update(`${this.#programs}\0${id}\0${part}\0`);
    for (const [file, content] of Object.entries({ ...files, ...binaries }).sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (!file.endsWith(".md")) hash.update(`${file}\0${content.length}\0${content}`);
    }
    return hash.digest("hex");
  }
}

/** The object that the text is, if it is one. */
function jsonOf(text = ""): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
