/** What a file that was handed in is, by its first bytes and its name. Pure. */
import path from "node:path";

/** Bytes of the head that are looked at: a tar archive says what it is at 257. */
export const HEAD = 512;

export interface Kind {
  /** The archive that it is, where it is one that is read. */
  readonly reads?: "gzip" | "zip";
  /** The end of a sentence, for what was meant as a submission and is none. */
  readonly meant?: string;
}

export function kindOf(file: string, head: Buffer): Kind {
  const start = (from: number, to: number) => head.toString("latin1", from, to);
  if (start(0, 2) === "\u001f\u008b") return { reads: "gzip" };
  if (["PK\u0003\u0004", "PK\u0005\u0006"].includes(start(0, 4))) return { reads: "zip" };
  if (start(257, 262) === "ustar") return { meant: "was unpacked by half: it is a .tar, and no longer the .tgz file that was made (some browsers do that)" };
  return { meant: BY_NAME.find(([name]) => name.test(path.basename(file)))?.[1] };
}

const BY_NAME: readonly [name: RegExp, meant: string][] = [
  [/\.(tgz|gz|zip)$/i, "is not the archive that its name says"],
  [/\.(7z|rar|xz|bz2|zst|tar)$/i, "is an archive of a kind that is not read here"],
  [/^submission\.json$/, "is part of a submission that was unpacked"],
  [/\.(ts|js|py|ipynb)$/i, "is code by itself, not a submission"],
];

/** What systems leave in folders and archives. */
export const isLitter = (name: string): boolean => name.startsWith(".") || ["__MACOSX", "Thumbs.db", "desktop.ini"].includes(name);
