/** Archives of strangers, each a real one, made by hand. */
import { gzipSync, zstdCompressSync } from "node:zlib";
import { Header, type HeaderData, Pax } from "tar";
import { LIMITS } from "../../extension/packs/archive.ts";

const MIB = 2 ** 20;

export interface Entry extends HeaderData {
  readonly body?: Buffer;
  /** Told in an extended header before it. */
  readonly pax?: HeaderData;
  /** Bytes of its header that are written as they are: offset -> text. */
  readonly raw?: Readonly<Record<number, string>>;
}

const END = Buffer.alloc(1024);

/** Without its end. */
function tarBlocks(entries: readonly Entry[]): Buffer {
  const blocks = entries.flatMap(({ body, pax, raw = {}, ...data }) => {
    const block = Buffer.alloc(512);
    new Header({ mode: 0o644, size: body?.length ?? 0, mtime: new Date(0), type: "File", ...data }).encode(block);
    for (const [at, text] of Object.entries(raw)) block.write(text, Number(at), "latin1");
    if (Object.keys(raw).length > 0) sign(block);
    return [...(pax ? [new Pax(pax).encode()] : []), block, ...(body ? [body, Buffer.alloc(-body.length & 511)] : [])];
  });
  return Buffer.concat(blocks);
}

/** A header's checksum is taken with blanks in its place. */
function sign(block: Buffer): void {
  block.fill(" ", 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
}

export const tarOf = (entries: readonly Entry[]): Buffer => Buffer.concat([tarBlocks(entries), END]);
export const archiveOf = (entries: readonly Entry[]): Buffer => gzipSync(tarOf(entries), { level: 1 });

const plain: Entry = { path: "package/pack.json", body: Buffer.from("{}") };
const zeros = Buffer.alloc(60 * MIB);
const beyond = () => tarOf([1, 2, 3, 4].map((i) => ({ path: `package/${i}`, body: zeros })));
const named = (path: string): Buffer => archiveOf([{ path: "package/x", pax: { path } }]);
const SIZE = 124;

export const ARCHIVES: readonly [what: string, archive: () => Buffer, because: RegExp][] = [
  ["a path that leads out by its extended header", () => named("package/../../.bashrc"), /leads out of its folder/],
  ["an absolute path by its extended header", () => named("/etc/cron.d/x"), /absolute path/],
  ["a path that is a folder's", () => archiveOf([{ path: "package/.." }]), /leads out of its folder/],
  ["an empty name in a path", () => archiveOf([{ path: "package//x.ts" }]), /leads out of its folder/],
  ["a file beside its folder", () => archiveOf([{ path: "x.ts" }]), /is not in a folder/],
  ["a line end in a name", () => named("package/a\nb.ts"), /not every system can store/],
  ["an escape in a name", () => named("package/\u001b[2Ja.ts"), /not every system can store/],
  ["a name that turns the direction of writing", () => named("package/\u202ets.a"), /not every system can store/],
  ["a name without a width", () => named("package/a\u200bb.ts"), /not every system can store/],
  ["a name that is no text", () => archiveOf([{ path: "package/x", raw: { 8: "\xff\xfe" } }]), /not every system can store/],
  ["a name of 400 bytes", () => named(`package/${"\u{1f40d}".repeat(80)}.ts`), /more than 200/],
  ["a name of 4000 characters", () => named(`package/${"x".repeat(4000)}`), /more than 200 characters/],
  ["a name of a megabyte", () => named(`package/${"x".repeat(2 * MIB)}`), /a header of more than a megabyte/],
  ["names that differ in case only", () => archiveOf([{ path: "package/A/x.ts" }, { path: "package/a/X.ts" }]), /same name/],
  ["folders that differ in case only", () => archiveOf([{ path: "package/A/x.ts" }, { path: "package/a/y.ts" }]), /same name/],
  [
    "names that differ in how an accent is written",
    () =>
      archiveOf([
        { path: "p/x", pax: { path: "package/\u00e9.ts" } },
        { path: "p/x", pax: { path: "package/e\u0301.ts" } },
      ]),
    /same name/,
  ],
  ["names that some systems write alike", () => archiveOf([{ path: "p/x", pax: { path: "package/ma\u00df.ts" } }, { path: "package/MASS.ts" }]), /same name/],
  ["the same name twice", () => archiveOf([plain, plain]), /same name/],
  ["the same name in two folders at its top", () => archiveOf([plain, { ...plain, path: "other/pack.json" }]), /more than one folder/],
  ["a file that is a folder too", () => archiveOf([{ path: "package/a" }, { path: "package/a/b" }]), /same name/],
  ["a folder that is a file too", () => archiveOf([{ path: "package/a/b" }, { path: "package/a" }]), /same name/],
  ["a link", () => archiveOf([plain, { path: "package/x", type: "SymbolicLink", linkpath: "../../.." }]), /is a SymbolicLink/],
  ["a link to a later file", () => archiveOf([{ path: "package/x", type: "Link", linkpath: "package/pack.json" }, plain]), /is a Link/],
  ["a block device", () => archiveOf([{ path: "package/x", type: "BlockDevice" }]), /is a BlockDevice/],
  ["a pipe", () => archiveOf([{ path: "package/x", type: "FIFO" }]), /is a FIFO/],
  ["an entry of an unknown kind", () => archiveOf([{ path: "package/x", raw: { 156: "Z" } }, plain]), /is a Unsupported/],
  [
    "an extended header that is none",
    () => archiveOf([{ path: "h", type: "ExtendedHeader", body: Buffer.from("99999999 path=x\n") }, plain]),
    /damaged header/,
  ],
  [
    "an extended header without lengths",
    () => archiveOf([{ path: "h", type: "ExtendedHeader", body: Buffer.from("path=package/x\n") }, plain]),
    /damaged header/,
  ],
  ["a size in an extended header that is not its own", () => archiveOf([{ path: "package/x", pax: { size: 2 ** 40 } }, plain]), /it ends within an entry/],
  [
    "a long name of another kind",
    () => archiveOf([{ path: "l", type: "NextFileHasLongPath", body: Buffer.from("package/../../x\0") }, { path: "package/x" }]),
    /leads out of its folder/,
  ],
  ["a file with holes", () => archiveOf([{ path: "package/x", raw: { 156: "S" } }, plain]), /is a SparseFile/],
  [
    "a size below nothing",
    () => archiveOf([{ path: "package/x", raw: { [SIZE]: "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00" } }, plain]),
    /cannot be read: it has an entry without a size/,
  ],
  ["a size that is no number", () => archiveOf([{ path: "package/x", raw: { [SIZE]: "12345x78901\0" } }, plain]), /cannot be read: it ends within an entry/],
  [
    "a size of 2^60",
    () => archiveOf([{ path: "package/x", raw: { [SIZE]: "\x80\0\0\0\x10\0\0\0\0\0\0\0" } }, plain]),
    /cannot be read: it has a damaged entry/,
  ],
  ["a wrong checksum", () => gzipSync(Buffer.concat([tarOf([plain]).fill("9", 148, 150), END])), /cannot be read/],
  [
    "5001 folders",
    () => archiveOf([...Array.from({ length: LIMITS.entries + 1 }, (_, i): Entry => ({ path: `package/${i}/`, type: "Directory" })), plain]),
    /more than 5000/,
  ],
  ["a hundred thousand files", () => archiveOf(Array.from({ length: 100_000 }, (_, i) => ({ path: `package/${i}` }))), /more than 5000/],
  ["a bomb", () => gzipSync(beyond(), { level: 1 }), /unpacks to more than 200 MiB/],
  ["a bomb within an archive that is packed twice", () => gzipSync(gzipSync(beyond(), { level: 1 })), /cannot be read: it has a damaged entry/],
  ["a bomb that is packed otherwise within", () => gzipSync(zstdCompressSync(beyond())), /cannot be read: it has a damaged entry/],
  [
    "bombs one after the other",
    () => Buffer.concat([1, 2, 3, 4].map(() => gzipSync(Buffer.concat([tarBlocks([{ path: "package/x", body: zeros }])]), { level: 1 }))),
    /same name|unpacks to more than/,
  ],
  ["zeros without end", () => gzipSync(Buffer.alloc(300 * MIB), { level: 1 }), /unpacks to more than 200 MiB/],
  ["zeros and nothing else", () => gzipSync(Buffer.alloc(100 * MIB), { level: 1 }), /holds no files/],
  ["something behind it", () => Buffer.concat([archiveOf([plain]), Buffer.from("#!/bin/sh\n")]), /cannot be read: incorrect header check/],
  ["another archive behind it", () => Buffer.concat([archiveOf([plain]), archiveOf([{ ...plain, path: "package/more.ts" }])]), /holds more than an archive/],
  ["something behind its end", () => gzipSync(Buffer.concat([tarOf([plain]), tarOf([{ ...plain, path: "package/more.ts" }])])), /holds more than an archive/],
  ["its end cut off within a file", () => gzipSync(tarBlocks([{ path: "package/x", body: Buffer.alloc(2000) }]).subarray(0, 1000)), /cannot be read/],
  ["its last bytes cut off", () => archiveOf([plain]).subarray(0, -4), /cannot be read/],
  ["a wrong sum of its compression", () => flipped(archiveOf([plain]), -6), /cannot be read/],
  ["the beginning of an archive only", () => archiveOf([plain]).subarray(0, 2), /cannot be read/],
  ["no bytes", () => Buffer.alloc(0), /cannot be read/],
  ["the beginning of a ZIP", () => Buffer.from("PK\u0003\u0004 and more"), /cannot be read/],
  ["no compression", () => tarOf([plain]), /cannot be read/],
  ["folders only", () => archiveOf([{ path: "package/", type: "Directory" }]), /holds no files/],
];

/** As git and GNU tar make them: a comment for all files, and a name that is too long for its header. */
export const FOREIGN = {
  archive: () =>
    archiveOf([
      { path: "pax_global_header", type: "GlobalExtendedHeader", body: Buffer.from("52 comment=0123456789abcdef0123456789abcdef01234567\n") },
      { path: "pack-main/", type: "Directory" },
      { path: "././@LongLink", type: "NextFileHasLongPath", body: Buffer.from(`pack-main/${"x".repeat(120)}.ts\0`) },
      { path: "pack-main/x", body: Buffer.from("long") },
      { path: "pack-main/y", pax: { path: "pack-main/\u00e9.ts" }, body: Buffer.from("accent") },
      { ...plain, path: "pack-main/pack.json" },
    ]),
  files: { [`${"x".repeat(120)}.ts`]: "long", "\u00e9.ts": "accent", "pack.json": "{}" },
} as const;

function flipped(bytes: Buffer, at: number): Buffer {
  const place = bytes.length + at;
  bytes[place] = (bytes[place] as number) ^ 0xff;
  return bytes;
}
