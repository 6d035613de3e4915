/** Reads and writes archives (.tgz). What is read is held in memory and judged before anything is written: an archive is a stranger's. */
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, gzipSync } from "node:zlib";
import { Header, Parser, type ReadEntry } from "tar";
import { messageOf, UserError } from "../errors.ts";

const MIB = 2 ** 20;

export const LIMITS = { archiveBytes: 64 * MIB, entries: 5000, fileBytes: 100 * MIB, totalBytes: 200 * MIB, pathLength: 200 } as const;

const FILE_TYPES = new Set(["File", "OldFile", "ContiguousFile"]);
const FOLDER_TYPES = new Set(["Directory", "GNUDumpDir"]);
/** Names that Windows gives to devices. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

export type Files = ReadonlyMap<string, Buffer>;

/**
 * The files of an npm package's archive, by path below its one folder.
 * @throws {UserError} for what is not a plain file at a plain path, and for more than the limits allow
 */
export async function readArchive(archive: Buffer): Promise<Files> {
  if (archive.length > LIMITS.archiveBytes) throw tooMuch(`it is larger than ${LIMITS.archiveBytes / MIB} MiB`);
  const collector = new Collector();
  try {
    await pipeline(Readable.from([archive]), createGunzip(), collector.counter(), parserFor(collector));
  } catch (error) {
    throw collector.refusal ?? unreadable(error);
  }
  if (collector.refusal) throw collector.refusal;
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

/** Takes entries as they come, and refuses the archive at the first that it cannot take. */
class Collector {
  readonly files = new Map<string, Buffer>();
  refusal: UserError | undefined;
  /** The archive has said that it ends here: tar would pile up what still comes, and copy the pile with each piece. */
  ended = false;
  readonly #names = new Map<string, string>();
  #entries = 0;
  #bytes = 0;

  /** Counts what comes out of the compression: a small archive may unpack to a large one. */
  counter(): Transform {
    return new Transform({
      transform: (chunk: Buffer, _encoding, done) => {
        this.#bytes += chunk.length;
        const over = this.#bytes > LIMITS.totalBytes + LIMITS.entries * 1024;
        if (over) this.refuse(tooMuch(`it unpacks to more than ${LIMITS.totalBytes / MIB} MiB`));
        if (this.ended) done(this.refusal);
        else done(this.refusal, chunk);
      },
    });
  }

  refuse(refusal: UserError): void {
    this.refusal ??= refusal;
  }

  take(entry: ReadEntry): void {
    const problem = this.refusal ?? this.#problemWith(entry);
    if (problem) this.refuse(problem);
    if (problem || !FILE_TYPES.has(entry.type)) return void entry.resume();
    const chunks: Buffer[] = [];
    entry.on("data", (chunk: Buffer) => chunks.push(chunk));
    entry.on("end", () => void this.files.set(belowTop(entry.path), Buffer.concat(chunks)));
  }

  #problemWith({ path, type, size }: ReadEntry): UserError | undefined {
    if (++this.#entries > LIMITS.entries) return tooMuch(`it holds more than ${LIMITS.entries} files`);
    if (!FILE_TYPES.has(type) && !FOLDER_TYPES.has(type)) return notPlain(path, `is a ${type}`);
    if (size > LIMITS.fileBytes) return tooMuch(`${path} is larger than ${LIMITS.fileBytes / MIB} MiB`);
    const problem = problemWithPath(path);
    if (problem) return notPlain(path, problem);
    if (FOLDER_TYPES.has(type)) return undefined;
    const other = this.#names.get(path.toLowerCase());
    this.#names.set(path.toLowerCase(), path);
    return other === undefined ? undefined : notPlain(path, `has the same name as ${other}`);
  }
}

function parserFor(collector: Collector): NodeJS.WritableStream {
  const parser = new Parser({ strict: true, maxMetaEntrySize: MIB, onReadEntry: (entry) => collector.take(entry) });
  parser.on("eof", () => {
    collector.ended = true;
  });
  parser.on("ignoredEntry", (entry: ReadEntry) => collector.refuse(notPlain(entry.path, `is a ${entry.type}`)));
  return parser as unknown as NodeJS.WritableStream;
}

export function problemWithPath(path: string): string | undefined {
  if (path.length > LIMITS.pathLength) return `has a path of more than ${LIMITS.pathLength} characters`;
  if (/^([/\\]|[A-Za-z]:)/.test(path)) return "has an absolute path";
  if (/[\\\p{Cc}:*?"<>|]/u.test(path)) return "has a character in its path that not every system can store";
  const names = path.replace(/\/$/, "").split("/");
  if (names.some((name) => name === ".." || name === "." || name === "")) return "leads out of its folder";
  return names.some((name) => DEVICE.test(name) || /[. ]$/.test(name)) ? "has a name that not every system can store" : undefined;
}

/** npm puts everything into one folder; its name says nothing. */
const belowTop = (path: string): string => path.slice(path.indexOf("/") + 1);

const REMEDY = "Nothing was installed. Tell whoever made the pack.";
const tooMuch = (what: string): UserError => new UserError(`The archive is refused: ${what}.`, REMEDY);
const notPlain = (path: string, what: string): UserError => new UserError(`The archive is refused: ${JSON.stringify(path)} ${what}.`, REMEDY);
const unreadable = (why: unknown): UserError =>
  new UserError(`The archive cannot be read: ${typeof why === "string" ? why : messageOf(why)}.`, "Nothing was installed. Download it again.", { cause: why });
