/** What is refused in a pack's archive. Each archive here is a real one, made by hand. */
import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { describe, it } from "mocha";
import { Header, type HeaderData } from "tar";
import { UserError } from "../../extension/errors.ts";
import { LIMITS, readArchive, writeArchive } from "../../extension/packs/archive.ts";

const MIB = 2 ** 20;

interface Entry extends HeaderData {
  readonly body?: Buffer;
}

function archiveOf(entries: readonly Entry[]): Buffer {
  const blocks = entries.flatMap(({ body, ...data }) => {
    const block = Buffer.alloc(512);
    new Header({ mode: 0o644, size: body?.length ?? 0, mtime: new Date(0), type: "File", ...data }).encode(block);
    return body ? [block, body, Buffer.alloc(-body.length & 511)] : [block];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]), { level: 1 });
}

const zeros = Buffer.alloc(60 * MIB);
const names = (count: number): Entry[] => Array.from({ length: count }, (_, i) => ({ path: `package/${i}` }));

const refused: readonly [what: string, archive: () => Buffer, because: RegExp][] = [
  ["a path that leads out of the folder", () => archiveOf([{ path: "package/../../.bashrc" }]), /leads out of its folder/],
  ["an absolute path", () => archiveOf([{ path: "/etc/passwd" }]), /absolute path/],
  ["a path of a Windows drive", () => archiveOf([{ path: "C:/x.ts" }]), /absolute path/],
  ["a path with backslashes", () => archiveOf([{ path: "package\\..\\x.ts" }]), /not every system can store/],
  ["a symbolic link", () => archiveOf([{ path: "package/x.ts", type: "SymbolicLink", linkpath: "/etc/passwd" }]), /is a SymbolicLink/],
  ["a hard link", () => archiveOf([{ path: "package/x.ts", type: "Link", linkpath: "package/y.ts" }]), /is a Link/],
  ["a named pipe", () => archiveOf([{ path: "package/x", type: "FIFO" }]), /is a FIFO/],
  ["a device", () => archiveOf([{ path: "package/x", type: "CharacterDevice" }]), /is a CharacterDevice/],
  ["the name of a Windows device", () => archiveOf([{ path: "package/con.ts" }]), /not every system can store/],
  ["two names that some systems take for one", () => archiveOf([{ path: "package/A.ts" }, { path: "package/a.ts" }]), /same name/],
  ["a very long path", () => archiveOf([{ path: `package/${"x".repeat(70)}/${"y".repeat(70)}/${"z".repeat(90)}` }]), /more than 200 characters/],
  ["100,000 files", () => archiveOf(names(100_000)), /more than 5000 files/],
  ["a bomb: much from little", () => archiveOf([1, 2, 3, 4].map((i) => ({ path: `package/${i}`, body: zeros }))), /unpacks to more than 200 MiB/],
  ["a file that says it is enormous", () => archiveOf([{ path: "package/x", size: 2 ** 32 }]), /larger than 100 MiB|cannot be read/],
  ["a file that is too large", () => archiveOf([{ path: "package/x", body: Buffer.concat([zeros, zeros]) }]), /x" is larger than 100 MiB/],
  ["what is no archive", () => Buffer.from("hello"), /cannot be read/],
  ["half an archive", () => archiveOf([{ path: "package/x.ts", body: Buffer.from("x".repeat(10_000)) }]).subarray(0, 40), /cannot be read/],
  ["an archive with nothing in it", () => archiveOf([]), /cannot be read/],
  ["an archive that is too large to begin with", () => Buffer.alloc(LIMITS.archiveBytes + 1), /larger than 64 MiB/],
];

describe("an archive", () => {
  const files = new Map([
    ["pack.json", Buffer.from("{}")],
    ["01-a/b/c.ts", Buffer.from("export {};\n")],
    ["empty.txt", Buffer.alloc(0)],
  ]);

  it("gives back the files that were written", async () => assert.deepEqual(await readArchive(writeArchive(files)), new Map([...files].sort())));

  it("is the same for the same files, in whatever order", () => {
    assert.deepEqual(writeArchive(files), writeArchive(new Map([...files].reverse())));
  });

  for (const [what, archive, because] of refused) {
    it(`with ${what} is refused`, async () => {
      await assert.rejects(readArchive(archive()), (error) => error instanceof UserError && because.test(error.message));
    });
  }
});
