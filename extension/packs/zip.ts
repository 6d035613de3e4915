/** Reads zip archives that strangers made. Nothing is written: a path in it is only a name, and still has to be a plain one. */
import { buffer } from "node:stream/consumers";
import * as yauzl from "yauzl";
import { messageOf } from "../errors.ts";
import { LIMITS } from "./archive.ts";

/** One plain file of a zip, or why it is not read. */
export type ZipEntry = { readonly path: string; readonly bytes: Buffer } | { readonly path: string; readonly problem: string };

const LINK = 0o120000;
const TYPE = 0o170000;

/** The files of the archive, one at a time and in its order. @throws when it is no zip, or its directory is damaged */
export async function* entriesOf(zip: Buffer): AsyncGenerator<ZipEntry> {
  const file = await yauzl.fromBufferPromise(zip, { decodeStrings: false }); // one bad name is that entry's, not the whole archive's
  for await (const entry of file.eachEntry()) {
    const path = yauzl.getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, false);
    if (path.endsWith("/")) continue;
    const problem = problemWith(entry, path);
    yield problem === undefined ? await read(file, entry, path) : { path, problem };
  }
}

function problemWith(entry: yauzl.Entry, path: string): string | undefined {
  if (yauzl.validateFileName(path) !== null) return "has a path that leads out of its folder";
  if (((entry.externalFileAttributes >>> 16) & TYPE) === LINK) return "is a link";
  if (entry.isEncrypted()) return "is encrypted";
  return entry.uncompressedSize > LIMITS.archiveBytes ? `is larger than ${LIMITS.archiveBytes / 2 ** 20} MiB` : undefined;
}

/** An entry that unpacks to more than it says is refused by yauzl where it says so. */
async function read(file: yauzl.ZipFile, entry: yauzl.Entry, path: string): Promise<ZipEntry> {
  try {
    return { path, bytes: await buffer(await file.openReadStreamPromise(entry)) };
  } catch (error) {
    return { path, problem: `cannot be unpacked (${messageOf(error)})` };
  }
}
