/**
 * The entries of a tar file that lies in memory, one after the other (https://www.gnu.org/software/tar/manual/html_node/Standard.html). The headers are
 * the library's to read; its parser is not used: it unpacks what is packed once more, without a limit, and waits for ever at the end of some files.
 */
import { Header } from "tar";

const BLOCK = 512;
/** Of an extended header: it tells names and sizes, nothing long. */
const MOST_HEADER = 2 ** 20;

export interface TarEntry {
  readonly path: string;
  /** As the library names it: "File", "Directory", "SymbolicLink", ... */
  readonly type: string;
  /** Where it lies; not a copy. */
  readonly content: Buffer;
}

/** It is no tar file, or not whole. The text goes after "it". */
export class BrokenTar extends Error {
  override readonly name = "BrokenTar";
}

/** @throws {BrokenTar} at the first entry that cannot be read, and for what lies behind the end */
export function* tarEntries(tar: Buffer): Generator<TarEntry> {
  let path: string | undefined;
  let size: number | undefined;
  for (let at = 0; at < tar.length; ) {
    if (at + BLOCK > tar.length) throw new BrokenTar("it ends within an entry");
    const header = headerAt(tar, at);
    if (header.nullBlock) return requireZeros(tar, at);
    if (!header.cksumValid) throw new BrokenTar("it has a damaged entry");
    const isMeta = META.has(header.type);
    const length = isMeta ? header.size : (size ?? header.size);
    if (length === undefined || !Number.isSafeInteger(length)) throw new BrokenTar("it has an entry without a size");
    const start = at + BLOCK;
    if (start + length > tar.length) throw new BrokenTar("it ends within an entry");
    const content = tar.subarray(start, start + length);
    at = start + length + (-length & (BLOCK - 1));
    if (isMeta) {
      if (length > MOST_HEADER) throw new BrokenTar("it has a header of more than a megabyte");
      if (header.type === "ExtendedHeader") ({ path = path, size = size } = told(content));
      if (LONG_NAME.has(header.type)) path = content.toString("utf8").replace(/\0+$/, "");
      continue;
    }
    yield { path: path ?? header.path ?? "", type: header.type, content };
    path = size = undefined;
  }
}

function headerAt(tar: Buffer, at: number): Header {
  try {
    return new Header(tar, at);
  } catch (cause) {
    throw new BrokenTar("it has a damaged entry", { cause }); // a number beyond all sizes, say
  }
}

/** A path for the next entry. */
const LONG_NAME = new Set(["NextFileHasLongPath", "OldGnuLongPath"]);
/** Headers of the next entry, or (as git writes it) of all. What stands in the latter counts for nothing here: a comment, in archives that are made in earnest. */
const META = new Set(["ExtendedHeader", "GlobalExtendedHeader", "NextFileHasLongLinkpath", ...LONG_NAME]);

function requireZeros(tar: Buffer, end: number): void {
  if (tar.subarray(end).some((byte) => byte !== 0)) throw new BrokenTar("it holds more than an archive");
}

/** Records "LENGTH key=value\n"; the length, in bytes, is that of all of it. */
function told(content: Buffer): { readonly path?: string; readonly size?: number } {
  const values: { path?: string; size?: number } = {};
  for (let at = 0; at < content.length; ) {
    const length = Number(/^[1-9]\d{0,7}(?= )/.exec(content.toString("latin1", at, at + 9))?.[0]);
    const record = content.subarray(at, at + length);
    const [key, value] = /^\d+ ([^=]+)=(.*)\n$/su.exec(record.toString("utf8"))?.slice(1) ?? [];
    if (record.length !== length || key === undefined || value === undefined || key.startsWith("GNU.sparse")) throw new BrokenTar("it has a damaged header");
    if (key === "path") values.path = value;
    if (key === "size") values.size = Number(value);
    at += length;
  }
  return values;
}
