/**
 * What learners have handed in: submissions in files, in folders, and in archives as a learning platform gives them, one folder for each learner
 * and archives within archives. Nothing is skipped in silence: what is no submission is named, with the reason.
 */
import { type lstat, readdir, stat } from "node:fs/promises";
import path from "node:path";
import { messageOf, UserError } from "../errors.ts";
import { plain } from "../protocol/plainText.ts";
import { openPlain, readBytes } from "../supervisor/files/read.ts";
import { type Files, readArchive } from "./archive.ts";
import { HEAD, isLitter, kindOf } from "./handedInKind.ts";
import { isSubmission } from "./submission.ts";
import { entriesOf } from "./zip.ts";

export type HandedIn = { readonly file: string } & (
  | { readonly submission: Files }
  /** It is, or may be meant as, a submission, and cannot be read. */
  | { readonly problem: UserError }
  /** Nobody would hand it in as one. */
  | { readonly passedOver: string }
);

const MIB = 2 ** 20;
/** `file`: of one that is named, or lies in a folder. The others are of all that one such file holds, archives within it included. */
export const HANDED_IN = { file: 256 * MIB, folderDepth: 16, archiveDepth: 4, entries: 20_000, bytes: 1024 * MIB, refusals: 100 } as const;

/**
 * @param places files, and folders of them
 * @throws {UserError} when one of these is not there
 */
export async function* handedIn(places: readonly string[]): AsyncGenerator<HandedIn> {
  const named = await Promise.all(places.map(async (place) => ({ place, folder: (await statOf(place)).isDirectory() })));
  for (const { place, folder } of named) yield* folder ? inFolder(place, 0) : inFile(place, true);
}

async function* inFolder(folder: string, depth: number): AsyncGenerator<HandedIn> {
  if (depth > HANDED_IN.folderDepth) return yield problem(folder, `lies more than ${HANDED_IN.folderDepth} folders deep`, "Name the folder itself.");
  let entries: Awaited<ReturnType<typeof namesIn>>;
  try {
    entries = await namesIn(folder);
  } catch (error) {
    return yield problem(folder, `cannot be read (${codeOf(error)})`, "Make the folder readable.");
  }
  if (entries.length === 0) yield passedOver(folder, "is an empty folder");
  for (const { name, kind } of entries) {
    const file = path.join(folder, name);
    if (isLitter(name)) yield passedOver(file, "is a file of the system");
    else if (kind === "folder") yield* inFolder(file, depth + 1);
    else if (kind === "file") yield* inFile(file, false);
    else yield problem(file, `is ${kind}`, "Only files and folders are read. Put a copy of what it stands for there, or name that.");
  }
}

async function* inFile(file: string, named: boolean): AsyncGenerator<HandedIn> {
  let bytes: Buffer | undefined;
  try {
    bytes = await contentOf(file);
  } catch (error) {
    return yield error instanceof UserError ? { file: plain(file), problem: error } : problem(file, `cannot be read (${codeOf(error)})`, "Make it readable.");
  }
  yield* inBytes(file, bytes, new Allowance(), named ? "named" : "found", 0);
}

/** @param how a file that somebody has named is meant as a submission, whatever it is */
async function* inBytes(file: string, bytes: Buffer, allowance: Allowance, how: "named" | "found", depth: number): AsyncGenerator<HandedIn> {
  const { reads, meant } = kindOf(file, bytes);
  if (reads === undefined) return yield meant || how === "named" ? problem(file, meant ?? NONE, MAKE_ONE) : passedOver(file, NONE);
  if (depth > HANDED_IN.archiveDepth) return yield problem(file, `lies in more than ${HANDED_IN.archiveDepth} archives, one within the other`, "Unpack some.");
  let found = false;
  for await (const each of reads === "zip" ? inZip(file, bytes, allowance, depth) : inGzip(file, bytes, allowance, depth)) {
    found ||= !("passedOver" in each);
    yield each;
  }
  if (!found) yield problem(file, "holds no submission", MAKE_ONE);
}

async function* inGzip(file: string, bytes: Buffer, allowance: Allowance, depth: number): AsyncGenerator<HandedIn> {
  let files: Files;
  try {
    files = await readArchive(bytes);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    allowance.refusals--;
    return yield { file: plain(file), problem: new UserError(`${plain(file)}: ${plain(error.message)}`, MAKE_ONE, { cause: error }) };
  }
  if (isSubmission(files)) return yield { file: plain(file), submission: files };
  for (const [inner, content] of files) {
    if (!allowance.takes(content.length)) return yield exhausted(file);
    yield* inside(file, inner, content, allowance, depth);
  }
}

async function* inZip(file: string, bytes: Buffer, allowance: Allowance, depth: number): AsyncGenerator<HandedIn> {
  try {
    for await (const entry of entriesOf(bytes)) {
      if (!allowance.takes("bytes" in entry ? entry.bytes.length : 0)) return yield exhausted(file);
      if ("bytes" in entry) yield* inside(file, entry.path, entry.bytes, allowance, depth);
      else yield problem(`${file}/${entry.path}`, entry.problem, "Ask for the file itself.");
    }
  } catch (error) {
    yield problem(file, `cannot be read as a zip archive (${plain(messageOf(error))})`, "Download it again.");
  }
}

const inside = (archive: string, inner: string, bytes: Buffer, allowance: Allowance, depth: number): AsyncGenerator<HandedIn> =>
  inner.split("/").some(isLitter)
    ? one(passedOver(`${archive}/${inner}`, "is a file of the system"))
    : inBytes(`${archive}/${inner}`, bytes, allowance, "found", depth + 1);

async function* one(found: HandedIn): AsyncGenerator<HandedIn> {
  yield found;
}

/** What one file may unpack to. */
class Allowance {
  refusals: number = HANDED_IN.refusals;
  #entries: number = HANDED_IN.entries;
  #bytes: number = HANDED_IN.bytes;

  takes(bytes: number): boolean {
    this.#entries--;
    this.#bytes -= bytes;
    return this.refusals > 0 && this.#entries >= 0 && this.#bytes >= 0;
  }
}

/** A plain file's bytes; the head alone of what is no archive. @throws {UserError} when it is none, or too large */
async function contentOf(file: string): Promise<Buffer> {
  const handle = await openPlain(file);
  if (!handle) throw problem(file, "is not there any more", MAKE_ONE).problem;
  try {
    const { size } = await handle.stat();
    const head = Buffer.alloc(HEAD);
    const { bytesRead } = await handle.read(head, 0, HEAD, 0);
    const start = head.subarray(0, bytesRead);
    if (kindOf(file, start).reads === undefined) return start;
    if (size > HANDED_IN.file) throw problem(file, `is larger than ${HANDED_IN.file / MIB} MiB`, "Unpack it, and name the folder.").problem;
  } finally {
    await handle.close();
  }
  return (await readBytes(file, HANDED_IN.file)) ?? Buffer.alloc(0);
}

const namesIn = async (folder: string): Promise<readonly { readonly name: string; readonly kind: string }[]> =>
  (await readdir(folder, { withFileTypes: true })).map((entry) => ({ name: entry.name, kind: kindOfEntry(entry) })).sort((a, b) => (a.name < b.name ? -1 : 1));

type Entry = Pick<Awaited<ReturnType<typeof lstat>>, "isFile" | "isDirectory" | "isSymbolicLink">;

const kindOfEntry = (entry: Entry): string =>
  entry.isFile() ? "file" : entry.isDirectory() ? "folder" : entry.isSymbolicLink() ? "a link" : "neither a file nor a folder";

async function statOf(place: string) {
  try {
    return await stat(place);
  } catch (cause) {
    throw new UserError(`${place} cannot be read (${codeOf(cause)}).`, "Name a file that practicum submit has written, or a folder of them.", { cause });
  }
}

const NONE = "is not a submission";
const MAKE_ONE = "A submission is the .tgz file that practicum submit writes, as it is. Ask the learner for it.";
const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? messageOf(error);
const passedOver = (file: string, why: string) => ({ file: plain(file), passedOver: why });
const problem = (file: string, what: string, remedy: string) => ({ file: plain(file), problem: new UserError(`${plain(file)} ${what}.`, remedy) });
const exhausted = (file: string) => problem(file, "holds more than is read from one file; the rest of it is not graded", "Unpack it, and name its parts.");
