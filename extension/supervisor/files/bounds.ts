/** How much of each kind of file is read: more is refused in a sentence that names the bound. */

const KIB = 2 ** 10;
const MIB = 2 ** 20;

/** Bytes of one file. */
export const BYTES = {
  /** A TypeScript file of an attempt; the longest reference has 20 KiB. */
  module: MIB,
  /** All of them together. */
  attempt: 8 * MIB,
  marker: MIB,
  /** Fifty grades of each of a thousand exercises. */
  progress: 16 * MIB,
  /** enwik8, which has 100 million bytes, fits. */
  corpus: 128 * MIB,
  key: 64 * KIB,
  /** The record of installed packs. */
  record: 16 * MIB,
  /** What a proof has found out about one exercise. */
  evidence: 64 * MIB,
  /** A kept run. */
  run: 32 * MIB,
  packFile: 100 * MIB,
  pack: 200 * MIB,
} as const;

/** Of a folder that is searched: names that are looked at, files that are taken, and levels of folders. */
export const ATTEMPT_FOLDER = { names: 20_000, files: 1000, depth: 32 } as const;
export const PACK_FOLDER = { names: 20_000, files: 5000, depth: 32 } as const;

/** e.g. "16 MiB", "64 KiB" */
export const sizeText = (bytes: number): string => (bytes >= MIB ? `${Math.floor(bytes / MIB)} MiB` : `${Math.floor(bytes / KIB)} KiB`);
