import assert from "node:assert/strict";
import { chmod, mkdtemp, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { beforeEach, describe, it } from "mocha";
import { UserError } from "../../extension/errors.ts";
import { systemProblem, writeProblem } from "../../extension/supervisor/files/problems.ts";
import { readBytes, readBytesSync, readText } from "../../extension/supervisor/files/read.ts";
import { anyText, textFrom } from "../../extension/supervisor/files/text.ts";
import { copyFolder, writeNew, writeWhole } from "../../extension/supervisor/files/write.ts";

const says = (pattern: RegExp) => (error: unknown) => error instanceof UserError && pattern.test(error.message) && error.remedy !== "";

describe("files of people", () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), "practicum-files-"));
    file = path.join(folder, "x.txt");
  });
  const put = (text: string) => writeFile(file, text);
  const get = () => readFile(file, "utf8");

  describe("reading", () => {
    it("gives the bytes, up to the bound and no more", async () => {
      await put("four");
      for (const read of [readBytes, async (...args: [string, number]) => readBytesSync(...args)]) {
        assert.equal((await read(file, 4))?.toString(), "four");
        await assert.rejects(read(file, 3), says(/x\.txt is larger than 0 KiB/));
        assert.equal(await read(path.join(folder, "gone"), 4), undefined);
        assert.equal(await read(path.join(file, "below"), 4), undefined);
        await assert.rejects(read(folder, 4), says(/is a folder, not a file/));
      }
    });
    it("follows a link to a file", async () => {
      await put("four");
      await symlink(file, path.join(folder, "link"));
      assert.equal(await readText(path.join(folder, "link"), 4), "four");
    });
    it("ends where a file of the system tells no size", async function () {
      if (process.platform !== "linux") this.skip();
      assert.match((await readText("/proc/version", 4096)) ?? "", /Linux/);
    });
  });

  describe("text", () => {
    const wide = Buffer.from("\ufeffab", "utf16le");
    it("is UTF-8, with its mark or without", () => assert.deepEqual([textFrom(Buffer.from("\ufeffé"), "x"), textFrom(Buffer.from("é"), "x")], ["é", "é"]));
    const others: [what: string, bytes: Buffer, sentence: RegExp][] = [
      ["UTF-16", wide, /^x is written in UTF-16/],
      ["UTF-16, big-endian", Buffer.from(wide).swap16(), /^x is written in UTF-16/],
      ["a NUL byte", Buffer.from("a\nb\0"), /line 2 holds a NUL byte/],
      ["a byte that is none", Buffer.from([97, 10, 10, 0xe4, 98]), /line 3 holds other bytes/],
      ["a letter cut in two", Buffer.from("é").subarray(0, 1), /line 1 holds other bytes/],
    ];
    for (const [what, bytes, sentence] of others) it(`is not ${what}`, () => assert.throws(() => textFrom(bytes, "x"), says(sentence)));
    it("to be saved is read in any encoding that says which it is", () =>
      assert.deepEqual([anyText(wide), anyText(Buffer.from(wide).swap16()), anyText(Buffer.from([97, 0xff]))], ["ab", "ab", "a\ufffd"]));
  });

  describe("writing", () => {
    it("replaces a file whole, keeps its permissions, and leaves nothing beside it", async () => {
      await put("before");
      await chmod(file, 0o640);
      await writeWhole(file, "after");
      assert.deepEqual([await get(), (await stat(file)).mode & 0o777, await readdir(folder)], ["after", 0o640, ["x.txt"]]);
    });
    it("writes where a link leads, and the link stays", async () => {
      await put("before");
      const link = path.join(folder, "link");
      await symlink(file, link);
      await writeWhole(link, "after");
      assert.deepEqual([await get(), (await readdir(folder)).sort()], ["after", ["link", "x.txt"]]);
    });
    it("keeps what was there, where that is asked", async () => {
      await put("before");
      assert.equal(await writeWhole(file, "after", { keep: ".old" }), `${file}.old`);
      assert.deepEqual([await get(), await readFile(`${file}.old`, "utf8")], ["after", "before"]);
      assert.equal(await writeWhole(path.join(folder, "new"), "", { keep: ".old" }), undefined);
    });
    it("never in the place of a folder, nor of a key", async () => {
      await assert.rejects(writeWhole(folder, ""), says(/is a folder, not a file/));
      await put("key");
      await assert.rejects(writeNew(file, "other", 0o600), says(/something of that name is there already/));
      assert.equal(await get(), "key");
    });
    it("copies a folder, and touches nothing that is as it should be", async () => {
      await put("text");
      const to = path.join(folder, "to");
      await copyFolder(folder, to);
      const { mtimeMs } = await stat(path.join(to, "x.txt"));
      await copyFolder(folder, to);
      assert.equal((await stat(path.join(to, "x.txt"))).mtimeMs, mtimeMs);
    });
  });

  describe("what the system says", () => {
    const failure = (code: string) => Object.assign(new Error(code), { code, errno: -1, path: "/x" });
    for (const code of [
      "ENOSPC",
      "EDQUOT",
      "EROFS",
      "EACCES",
      "EPERM",
      "EMFILE",
      "ENFILE",
      "ENAMETOOLONG",
      "ENOENT",
      "EISDIR",
      "ENOTDIR",
      "EBUSY",
      "EIO",
      "EFBIG",
      "ELOOP",
      "ENXIO",
      "EWHATEVER",
    ])
      it(`${code} is a sentence with a remedy`, () => assert.ok(says(/^\/x could not be written: /)(writeProblem(failure(code), "/x"))));
    it("what was not foreseen is the machine's fault where only the machine can be at fault", () => {
      assert.ok(systemProblem(failure("ENOSPC")) instanceof UserError);
      assert.ok(!(systemProblem(failure("ENOENT")) instanceof UserError));
      assert.ok(!(systemProblem(new TypeError("ours")) instanceof UserError));
    });
  });
});
