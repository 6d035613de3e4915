/** Reads and writes archives (.tgz). What is read is held in memory and judged before anything is written: an archive is a stranger's. */
import { promisify } from "node:util";
import { gunzip, gzipSync } from "node:zlib";
import { Header } from "tar";
import { messageOf, UserError } from "../errors.ts";
import { Names, problemWithPath, shown } from "./names.ts";
import { BrokenTar, type TarEntry, tarEntries } from "./tarEntries.ts";

const MIB = 2 ** 20;

export const LIMITS = { archiveBytes: 64 * MIB, entries: 5000, fileBytes: 100 * MIB, totalBytes: 200 * MIB } as const;

const FILE_TYPES = new Set(["File", "OldFile", "ContiguousFile"]);
const FOLDER_TYPES = new Set(["Directory", "GNUDumpDir"]);

export type Files = ReadonlyMap<string, Buffer>;

/**
 * The files of an npm package's archive, by path below its one folder.
 * @throws {UserError} for what is not a plain file at a plain path, and for more than the limits allow
 */
export async function readArchive(archive: Buffer): Promise<Files> {
  if (archive.length > LIMITS.archiveBytes) throw tooMuch(`it is larger than ${LIMITS.archiveBytes / MIB} MiB`);
  const tar = await unpacked(archive);
  const collector = new Collector();
  try {
    for (const entry of tarEntries(tar)) collector.take(entry);
  } catch (error) {
    throw error instanceof BrokenTar ? unreadable(error.message, error) : error;
  }
  if (collector.files.size === 0) throw unreadable("it holds no files");
  return collector.files;
}

/** An archive as npm makes them: one folder `package`, the same bytes for the same files. */
export function writeArchive(files: Files): Buffer {
  const blocks: Buffer[] = [];
  for (const [file, content] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const header = new Header({ path: `package/${file}`, size: content.length, mode: 0o644, type: "File", mtime: new Date("1985-10-26T08:15:00Z") });
    const block = Buffer.alloc(512);
    if (header.encode(block)) throw new UserError(`The path ${file} is too long for an archive.`, "Shorten it.");
    blocks.push(block, content, Buffer.alloc(-content.length & 511));
  }
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]), { level: 9 });
}

/** Of all files, with what stands before each and fills it up: a small archive may unpack to a large one. */
const MOST_UNPACKED = LIMITS.totalBytes + LIMITS.entries * 1024;

async function unpacked(archive: Buffer): Promise<Buffer> {
  try {
    return await promisify(gunzip)(archive, { maxOutputLength: MOST_UNPACKED });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") throw tooMuch(`it unpacks to more than ${LIMITS.totalBytes / MIB} MiB`);
    throw unreadable(messageOf(error), error);
  }
}

/** Takes entries as they come, and refuses the archive at the first that it cannot take. */
class Collector {
  readonly files = new Map<string, Buffer>();
  readonly #names = new Names();
  #entries = 0;
  #top: string | undefined;

  take({ path, type, content }: TarEntry): void {
    if (++this.#entries > LIMITS.entries) throw tooMuch(`it holds more than ${LIMITS.entries} files`);
    const isFolder = FOLDER_TYPES.has(type);
    if (!isFolder && !FILE_TYPES.has(type)) throw notPlain(path, `is a ${type}`);
    if (content.length > LIMITS.fileBytes) throw tooMuch(`${shown(path)} is larger than ${LIMITS.fileBytes / MIB} MiB`);
    const problem = problemWithPath(path) ?? this.#problemWithTop(path, isFolder) ?? this.#names.take(path, isFolder);
    if (problem) throw notPlain(path, problem);
    if (!isFolder) this.files.set(belowTop(path), content);
  }

  /** npm puts everything into one folder; its name says nothing. */
  #problemWithTop(path: string, isFolder: boolean): string | undefined {
    if (!path.includes("/")) return isFolder ? undefined : "is not in a folder";
    this.#top ??= path.slice(0, path.indexOf("/"));
    return path.startsWith(`${this.#top}/`) ? undefined : "lies in another folder: there is more than one folder at its top";
  }
}

const belowTop = (path: string): string => path.slice(path.indexOf("/") + 1);

const REMEDY = "Nothing was installed. Tell whoever made the pack.";
const tooMuch = (what: string): UserError => new UserError(`The archive is refused: ${what}.`, REMEDY);
const notPlain = (path: string, what: string): UserError => new UserError(`The archive is refused: ${shown(path)} ${what}.`, REMEDY);
const unreadable = (why: string, cause?: unknown): UserError =>
  new UserError(`The archive cannot be read: ${why}.`, "Nothing was installed. Download it again.", { cause });
