/**
 * Reads files of learners, authors and teachers. Only plain files of bounded size are read: whatever else stands under the name is told in a sentence, and
 * nothing waits. A file may be exchanged while we look: it is opened without waiting, and looked at once more when it is open.
 */
import { closeSync, constants, fstatSync, openSync, readlinkSync, readSync, type Stats, statSync } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { UserError } from "../../errors.ts";
import { sizeText } from "./bounds.ts";
import { leadsNowhere, notPlain, readProblem } from "./problems.ts";
import { textFrom } from "./text.ts";

/** A named pipe would be waited for. Windows has no such flag, and no such files. */
const WITHOUT_WAITING = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
const CHUNK = 64 * 1024;

/**
 * @param limit in bytes
 * @returns nothing where there is no such file
 * @throws {UserError} when it is not a plain file, is larger, or cannot be read
 */
export async function readBytes(file: string, limit: number): Promise<Buffer | undefined> {
  const handle = await openPlain(file);
  if (!handle) return undefined;
  try {
    const chunks: Buffer[] = [];
    for (let bytes = 0; ; ) {
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(CHUNK));
      if (bytesRead === 0) return Buffer.concat(chunks);
      chunks.push(buffer.subarray(0, bytesRead));
      bytes += bytesRead;
      if (bytes > limit) throw new TooLarge(file, limit);
    }
  } catch (error) {
    throw readProblem(error, file);
  } finally {
    await handle.close();
  }
}

/** As `readBytes`; text in UTF-8, without its byte order mark. */
export async function readText(file: string, limit: number): Promise<string | undefined> {
  const bytes = await readBytes(file, limit);
  return bytes && textFrom(bytes, file);
}

/** As `readBytes`, for what has to be known at once. */
export function readBytesSync(file: string, limit: number): Buffer | undefined {
  let opened: number | undefined;
  try {
    requirePlain(statSync(file), file);
    opened = openSync(file, WITHOUT_WAITING);
    requirePlain(fstatSync(opened), file);
    const chunks: Buffer[] = [];
    for (let bytes = 0; ; ) {
      const chunk = Buffer.allocUnsafe(CHUNK);
      const read = readSync(opened, chunk);
      if (read === 0) return Buffer.concat(chunks);
      chunks.push(chunk.subarray(0, read));
      bytes += read;
      if (bytes > limit) throw new TooLarge(file, limit);
    }
  } catch (error) {
    if (!isAbsent(error)) throw readProblem(error, file);
    requireNoLink(file);
    return undefined;
  } finally {
    if (opened !== undefined) closeSync(opened);
  }
}

/** Opened to be read; nothing where there is no such file. @throws {UserError} when it is not a plain file, or cannot be opened */
export async function openPlain(file: string): Promise<FileHandle | undefined> {
  try {
    requirePlain(await stat(file), file); // before it is opened: some devices begin to do something
    const handle = await open(file, WITHOUT_WAITING);
    try {
      requirePlain(await handle.stat(), file);
      return handle;
    } catch (error) {
      await handle.close();
      throw error;
    }
  } catch (error) {
    if (!isAbsent(error)) throw readProblem(error, file);
    requireNoLink(file);
    return undefined;
  }
}

/** @throws {UserError} where the file is not there because it is a link to what is not there */
export function requireNoLink(file: string): void {
  const target = targetOf(file);
  if (target !== undefined) throw leadsNowhere(file, target);
}

export const isAbsent = (error: unknown): boolean => ["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException | undefined)?.code ?? "");

/** Of a link. */
function targetOf(file: string): string | undefined {
  try {
    return readlinkSync(file);
  } catch {
    return undefined; // it is none, or not there
  }
}

function requirePlain(stats: Stats, file: string): void {
  if (!stats.isFile()) throw notPlain(file, stats);
}

export class TooLarge extends UserError {
  constructor(file: string, limit: number) {
    super(`${file} is larger than ${sizeText(limit)}.`, "Make it smaller, or move it away.");
  }
}
