/** Seeds: 32 bits, positive. */
import { createHash, randomInt } from "node:crypto";

export const newSeed = (): number => randomInt(1, 2 ** 31);

/** The seed that `random()` of an implementation starts from: it tells nothing about the seed of the checks' inputs. */
export const runtimeSeed = (seed: number): number => createHash("sha256").update(`runtime ${seed}`).digest().readUInt32LE(0) >>> 1 || 1;

/** sha256, in hex, of the files' names and texts. */
export function digestOf(files: Readonly<Record<string, string>>): string {
  const hash = createHash("sha256");
  for (const name of Object.keys(files).sort()) hash.update(`${name}\0${files[name]}\0`);
  return hash.digest("hex");
}
