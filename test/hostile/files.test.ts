/** Files that are none, that are too much, that cannot be read or written: asked of the command as a learner or a teacher would. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmod, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import path from "node:path";
import { describe, it } from "mocha";
import { Practicum } from "../cli/practicum.ts";
import { REFERENCE } from "../processes/tinyPack.ts";
import { all, bytes, fifo, making, oddFiles, type Row, sparse } from "./oddFiles.ts";

const attempt = (name: string, make: (file: string) => unknown) => async (at: string) => {
  await writeFile(path.join(at, "double.ts"), REFERENCE);
  await mkdir(path.dirname(path.join(at, name)), { recursive: true });
  await make(path.join(at, name));
  return ["grade", "1", at, "--fast"];
};
const entry = (make: (file: string) => unknown) => async (at: string) => {
  await make(path.join(at, "double.ts"));
  return ["grade", "1", at, "--fast"];
};
const utf16 = Buffer.from(`\ufeff${REFERENCE}`, "utf16le");
const bigEndian = Buffer.from(utf16).swap16();
const deep = (levels: number) => Array.from({ length: levels }, (_, i) => `f${i}`).join("/");
const many = (count: number, ending: string) => async (file: string) => {
  await mkdir(file);
  for (let i = 0; i < count; i++) await writeFile(path.join(file, `${i}${ending}`), "");
};

const ATTEMPTS: readonly Row[] = [
  { that: "a named pipe beside the entry", as: attempt("other.ts", fifo), code: 2, says: /other\.ts is a named pipe, not a file\.\nKeep only your attempt/ },
  { that: "a named pipe in a folder below", as: attempt("lib/deep/other.ts", fifo), code: 2, says: /lib\/deep\/other\.ts is a named pipe/ },
  { that: "a named pipe as its entry", as: entry(fifo), code: 2, says: /double\.ts is a named pipe, not a file/ },
  {
    that: "a link to a named pipe",
    as: attempt(
      "other.ts",
      all(
        (file) => fifo(`${file}.pipe`),
        (file) => symlink(`${file}.pipe`, file),
      ),
    ),
    code: 2,
    says: /named pipe/,
  },
  { that: "a link to a device without end", as: attempt("other.ts", (file) => symlink("/dev/zero", file)), code: 2, says: /other\.ts is a device, not a file/ },
  { that: "a device without end as its entry", as: entry((file) => symlink("/dev/zero", file)), code: 2, says: /double\.ts is a device/ },
  { that: "a terminal as a module", as: attempt("other.ts", (file) => symlink("/dev/tty", file)), code: 2, says: /other\.ts (is a device|cannot be read)/ },
  {
    that: "a link that leads nowhere",
    as: attempt("other.ts", (file) => symlink("gone.ts", file)),
    code: 2,
    says: /other\.ts is a link to gone\.ts, which is not there/,
  },
  { that: "an entry that leads nowhere", as: entry((file) => symlink("gone.ts", file)), code: 2, says: /double\.ts is a link to gone\.ts, which is not there/ },
  {
    that: "a link to itself",
    as: attempt("other.ts", (file) => symlink("other.ts", file)),
    code: 2,
    says: /other\.ts cannot be read: it is a link that leads back to itself/,
  },
  { that: "an entry that leads to itself", as: entry((file) => symlink("double.ts", file)), code: 2, says: /leads back to itself/ },
  { that: "a folder as its entry", as: entry((file) => mkdir(file)), code: 2, says: /double\.ts is a folder, not a file/ },
  { that: "a folder that is named like a module", as: attempt("other.ts/x.txt", bytes("")), code: 0 },
  { that: "links between folders that lead in a circle", as: attempt("lib", (file) => symlink(".", file)), code: 0 },
  { that: "a link to a module of its own", as: attempt("other.ts", (file) => symlink("double.ts", file)), code: 0 },
  {
    that: "a hidden pipe, and one that is no module",
    as: attempt(
      "data.bin",
      all(fifo, (file) => fifo(path.join(path.dirname(file), ".#x.ts"))),
    ),
    code: 0,
  },
  { that: "a module of 2 MiB", as: attempt("other.ts", bytes(Buffer.alloc(2 ** 21, " "))), code: 2, says: /other\.ts is larger than 1 MiB/ },
  {
    that: "a module of 10 GiB that takes no space",
    as: attempt("other.ts", sparse(10 * 2 ** 30)),
    code: 2,
    says: /larger than 1 MiB/,
  },
  {
    that: "modules of 9 MiB together",
    as: attempt("a0.ts", async (file) => {
      for (let i = 0; i < 9; i++) await writeFile(file.replace("a0", `a${i}`), " ".repeat(2 ** 20));
    }),
    code: 2,
    says: /larger than 8 MiB together/,
  },
  { that: "1001 modules", as: attempt("lib", many(1001, ".ts")), code: 2, says: /holds more than 1,000 files that would be read/ },
  { that: "3000 files that are no modules", as: attempt("data", many(3000, ".txt")), code: 0 },
  { that: "33 folders, each in the one before", as: attempt(`${deep(33)}/x.ts`, bytes("")), code: 2, says: /is more than 32 folders deep/ },
  { that: "UTF-16 with its mark", as: entry(bytes(utf16)), code: 2, says: /double\.ts is written in UTF-16, not in UTF-8\.\nSave it as UTF-8/ },
  { that: "UTF-16, the other way round", as: entry(bytes(bigEndian)), code: 2, says: /written in UTF-16/ },
  { that: "UTF-16 without a mark", as: entry(bytes(utf16.subarray(2))), code: 2, says: /double\.ts is not text: line 1 holds a NUL byte/ },
  {
    that: "Latin-1",
    as: entry(bytes("// one\n// Gr", Buffer.from([0xf6, 0xdf]), "e\n", REFERENCE)),
    code: 2,
    says: /double\.ts is not written in UTF-8: line 2 holds other bytes/,
  },
  { that: "a NUL byte", as: attempt("other.ts", bytes("\n\n\0")), code: 2, says: /other\.ts is not text: line 3 holds a NUL byte/ },
  { that: "a mark of UTF-8", as: entry(bytes("\ufeff", REFERENCE)), code: 0 },
  { that: "a name of two lines", as: attempt("a\n  ✔ doubles.ts", bytes("")), code: 2, says: /"a\\n {2}✔ doubles\.ts" has a name that cannot be shown/ },
  {
    that: "a module that may not be read",
    as: attempt(
      "other.ts",
      all(bytes(""), (file) => chmod(file, 0)),
    ),
    code: 2,
    says: /other\.ts cannot be read: you may not read it/,
    forbidden: true,
  },
  {
    that: "a folder that may not be read",
    as: attempt(
      "lib/x.ts",
      all(bytes(""), (file) => chmod(path.dirname(file), 0)),
    ),
    code: 2,
    says: /lib cannot be read: you may not read it/,
    forbidden: true,
  },
  { that: "a marker that is a pipe", as: attempt(".practicum/attempt.json", fifo), code: 2, says: /attempt\.json is a named pipe/ },
  { that: "a marker that is a folder", as: attempt(".practicum/attempt.json", mkdir), code: 2, says: /attempt\.json is a folder/ },
  { that: "a marker in UTF-16", as: attempt(".practicum/attempt.json", bytes(utf16)), code: 2, says: /attempt\.json is written in UTF-16/ },
];

const corpus = (make: (file: string) => unknown) => async (at: string) => {
  await writeFile(path.join(at, "double.ts"), REFERENCE);
  await make(path.join(at, "corpus.txt"));
  return ["grade", "1", at, "--fast", "--corpus", path.join(at, "corpus.txt")];
};
const submitted =
  (make: (file: string) => unknown, more: readonly string[] = []) =>
  async (at: string) => {
    await make(path.join(at, "ada.tgz"));
    return ["grade", "--submission", path.join(at, "ada.tgz"), ...more];
  };
const INPUTS: readonly Row[] = [
  { that: "a corpus that is a pipe", as: corpus(fifo), code: 2, says: /corpus\.txt is a named pipe/ },
  { that: "a corpus without end", as: corpus((file) => symlink("/dev/zero", file)), code: 2, says: /corpus\.txt is a device/ },
  { that: "a corpus that is a folder", as: corpus(mkdir), code: 2, says: /corpus\.txt is a folder/ },
  {
    that: "a corpus of 200 MiB",
    as: corpus(sparse(200 * 2 ** 20)),
    code: 2,
    says: /corpus\.txt is larger than 128 MiB/,
  },
  { that: "a corpus in Latin-1", as: corpus(bytes(Buffer.from([0xe4]))), code: 2, says: /corpus\.txt is not written in UTF-8: line 1/ },
  { that: "no corpus", as: corpus(() => {}), code: 2, says: /The corpus .*corpus\.txt cannot be read: there is no such file/ },
  { that: "a submission that is a pipe", as: submitted(fifo), code: 2, says: /ada\.tgz is a named pipe/ },
  { that: "a submission without end", as: submitted((file) => symlink("/dev/zero", file)), code: 2, says: /ada\.tgz is a device/ },
  {
    that: "a submission of 65 MiB",
    as: submitted(sparse(65 * 2 ** 20)),
    code: 2,
    says: /is not the archive that its name says/,
  },
  {
    that: "a pack that is a pipe",
    as: making("pack.tgz", fifo, (file) => ["install", file, "--yes"]),
    code: 2,
    says: /pack\.tgz is a named pipe/,
  },
];

/** A grade, and what is written where. */
const written =
  (option: (at: string) => readonly string[], command = "submit", make: (at: string) => unknown = () => {}) =>
  async (at: string) => {
    await writeFile(path.join(at, "double.ts"), REFERENCE);
    await make(at);
    return [command, "1", at, ...option(at)];
  };
const profile = (file: string) => ["--no-grade", "--profile", file];
const OUTPUTS: readonly Row[] = [
  {
    that: "a submission for a full device",
    as: written(() => ["--out", "/dev/full"]),
    code: 2,
    says: /could not be written to .*\/dev\/full: the disk is full\.\nFree some space/,
  },
  {
    that: "a submission for a folder that is not there",
    as: written((at) => ["--out", path.join(at, "gone/x.tgz")]),
    code: 2,
    says: /could not be written to .*gone\/x\.tgz: its folder is not there/,
  },
  { that: "a submission for a folder", as: written((at) => ["--out", at]), code: 2, says: /is a folder, not a file/ },
  {
    that: "a submission for a pipe that nobody reads",
    as: written(
      (at) => ["--out", path.join(at, "p")],
      "submit",
      (at) => fifo(path.join(at, "p")),
    ),
    code: 2,
    says: /could not be written to .*: nothing reads from it/,
  },
  {
    that: "a submission with a name of 300 letters",
    as: written((at) => ["--out", path.join(at, "x".repeat(300))]),
    code: 2,
    says: /its name is longer than this system can store/,
  },
  {
    that: "a submission into a pipe that somebody reads",
    as: written(
      (at) => ["--out", path.join(at, "p")],
      "submit",
      (at) => {
        fifo(path.join(at, "p"));
        spawn("sh", ["-c", "cat p > read"], { cwd: at, stdio: "ignore" });
      },
    ),
    code: 0,
    also: async (at) => assert.equal((await readFile(path.join(at, "read"))).subarray(0, 2).toString("hex"), "1f8b"),
  },
  {
    that: "a profile for a full device",
    as: written(() => profile("/dev/full"), "run"),
    code: 2,
    says: /could not be written to .*\/dev\/full: the disk is full/,
  },
  {
    that: "TensorBoard's events below a file",
    as: written((at) => ["--no-grade", "--tensorboard", path.join(at, "double.ts/logs")], "run"),
    code: 2,
    says: /double\.ts\/logs\/.* is not a folder/,
  },
  {
    that: "a trace in a folder that may not be written",
    as: written(
      (at) => profile(path.join(at, "ro/x.json")),
      "run",
      (at) => mkdir(path.join(at, "ro"), { mode: 0o555 }),
    ),
    code: 2,
    says: /could not be written to .*ro\/x\.json: you may not write there/,
    forbidden: true,
  },
  {
    that: "an exercise in a folder that may not be written",
    as: making(
      "ro",
      (file) => mkdir(file, { mode: 0o555 }),
      (file) => ["open", "1", file],
    ),
    code: 2,
    says: /could not be written: you may not write there/,
    forbidden: true,
  },
  {
    that: "a new pack below a file",
    as: making("x", bytes(""), (file) => ["new", "pack", `${file}/pack`]),
    code: 2,
    says: /x\/pack is not a folder/,
  },
];

oddFiles("an attempt with", ATTEMPTS);
oddFiles("reading", INPUTS);
oddFiles("writing", OUTPUTS);

describe("an attempt with", () => {
  it("a socket beside the entry: exit code 2", async function () {
    this.timeout(60_000);
    if (process.platform === "win32") this.skip();
    const practicum = await Practicum.with();
    const at = await practicum.attempt("socket", REFERENCE);
    const server = createServer().listen(path.relative(process.cwd(), path.join(at, "other.ts")));
    await new Promise((resolve) => server.once("listening", resolve));
    const { code, stderr } = await practicum.run(["grade", "1", at, "--fast"]);
    await new Promise((resolve) => server.close(resolve));
    assert.deepEqual([code, /other\.ts is a socket, not a file/.test(stderr)], [2, true], stderr);
  });
});

describe("a disk that does not answer", () => {
  it("keeps nobody from leaving: who asks twice is out at once", async function () {
    this.timeout(60_000);
    if (process.platform === "win32") this.skip();
    const practicum = await Practicum.with();
    const at = await practicum.attempt("endless", REFERENCE.replace("return 42;", 'console.log("here"); for (;;) {}'));
    fifo(path.join(practicum.folder, "stuck"));
    await writeFile(path.join(practicum.folder, "waits.cjs"), 'require("node:fs").readFile("stuck", () => {});\n'); // as a disk does that is gone: for ever
    const { child, ended } = practicum.start(["grade", "1", at], practicum.folder, { env: { NODE_OPTIONS: "--require ./waits.cjs" } });
    let told = 0;
    child.stderr?.on("data", (text: string) => {
      if (/here/.test(text) && told++ === 0) child.kill("SIGINT");
      if (/Cancelled/.test(text)) child.kill("SIGINT");
    });
    const { code, signal } = await ended;
    assert.deepEqual([code, signal], [null, "SIGINT"]);
  });
});
