/** Progress that is damaged, is no file, or cannot be kept: the grade stands, what can be saved is saved, and no copy is lost. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmod, link, mkdir, readdir, readFile, symlink, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { REFERENCE } from "../processes/tinyPack.ts";
import { all, bytes, fifo, oddFiles, type Row, sparse } from "./oddFiles.ts";

const GRADE = { at: "2026-01-01T00:00:00Z", tier: "save", outcome: "failed", score: 1, points: 4, version: "1.0.0", seed: 1 };
const KEPT = {
  format: 1,
  exercises: {
    "tiny-01": { state: "failing", last: GRADE, best: GRADE, grades: [GRADE, GRADE], hints: 2, gaveUp: false },
    "tiny-02": { state: "passed", grades: [], hints: 1, gaveUp: true },
  },
};
const progress =
  (make: (file: string) => unknown, args: readonly string[] = ["grade", "1", ".", "--fast"]) =>
  async (at: string) => {
    await mkdir(path.join(at, ".practicum"), { recursive: true });
    await writeFile(path.join(at, "double.ts"), REFERENCE);
    await writeFile(
      path.join(at, ".practicum/attempt.json"),
      JSON.stringify({ format: 1, exercise: "tiny-01", pack: "tiny", packVersion: "1.0.0", scaffolded: {} }),
    );
    await make(path.join(at, ".practicum/progress.json"));
    return args;
  };
const read = async (at: string) => JSON.parse(await readFile(path.join(at, ".practicum/progress.json"), "utf8"));
const copies = async (at: string) => (await readdir(path.join(at, ".practicum"))).filter((name) => name.startsWith("progress.json.unreadable-"));
const json = (change: (kept: typeof KEPT) => unknown) => bytes(JSON.stringify(change(JSON.parse(JSON.stringify(KEPT))), null, 2));
const kept = json((all) => all);
const stays = (kind: RegExp) => async (at: string) =>
  assert.match(execFileSync("ls", ["-l", path.join(at, ".practicum/progress.json")], { encoding: "utf8" }), kind);
const NOT_KEPT = /Your progress was not kept\. .*progress\.json/;
const oneCopy = async (at: string) => assert.equal((await copies(at)).length, 1);

const PROGRESS: readonly Row[] = [
  { that: "progress that is a pipe", as: progress(fifo), code: 0, says: NOT_KEPT, also: stays(/^p/) },
  { that: "progress that leads to a full device", as: progress((file) => symlink("/dev/full", file)), code: 0, says: NOT_KEPT, also: stays(/^l/) },
  { that: "progress without end", as: progress((file) => symlink("/dev/zero", file)), code: 0, says: NOT_KEPT },
  { that: "progress that is a folder", as: progress(mkdir), code: 0, says: NOT_KEPT },
  {
    that: "progress that leads nowhere",
    as: progress((file) => symlink("/nowhere/progress.json", file)),
    code: 0,
    says: /is a link to \/nowhere\/progress\.json, which is not there/,
    also: stays(/^l/),
  },
  { that: "progress that is a link to itself", as: progress((file) => symlink("progress.json", file)), code: 0, says: /leads back to itself/ },
  {
    that: "progress of 100 MiB",
    as: progress(sparse(100 * 2 ** 20)),
    code: 0,
    says: /could not be read whole\. Lost: all of it \(it was larger than 16 MiB\)/,
    also: async (at) => {
      await oneCopy(at);
      assert.equal((await read(at)).exercises["tiny-01"].grades.length, 1);
    },
  },
  {
    that: "progress that is none",
    as: progress(bytes("{ mine")),
    code: 0,
    says: /could not be read whole\. Lost: all of it\..*\n? ?The file as it was is kept/,
    also: async (at) => assert.equal(await readFile(path.join(at, ".practicum", (await copies(at))[0] as string), "utf8"), "{ mine"),
  },
  {
    that: "a second damage",
    as: progress(all((file) => writeFile(`${file}.unreadable-before`, "first"), bytes("second"))),
    code: 0,
    says: /could not be read whole/,
    also: async (at) =>
      assert.deepEqual((await Promise.all((await copies(at)).map((copy) => readFile(path.join(at, ".practicum", copy), "utf8")))).sort(), ["first", "second"]),
  },
  {
    that: "progress that breaks off",
    as: progress(bytes(JSON.stringify(KEPT, null, 2).slice(0, -80))),
    code: 0,
    says: /Lost: what stands where it breaks off/,
    also: async (at) => {
      await oneCopy(at);
      assert.deepEqual([(await read(at)).exercises["tiny-01"].hints, (await read(at)).exercises["tiny-01"].grades.length], [2, 3]);
    },
  },
  {
    that: "one exercise of progress that is damaged",
    as: progress(json((kept) => ({ ...kept, exercises: { ...kept.exercises, "tiny-02": 7 } }))),
    code: 0,
    says: /Lost: all of tiny-02\./,
    also: async (at) => assert.equal((await read(at)).exercises["tiny-01"].grades.length, 3),
  },
  {
    that: "one grade of progress that is damaged",
    as: progress(bytes(JSON.stringify(KEPT).replace('"grades":[{"at":"2026-01-01T00:00:00Z"', '"grades":[{"at":7'))),
    code: 0,
    says: /Lost: 1 grade of tiny-01\./,
    also: async (at) => assert.deepEqual([(await read(at)).exercises["tiny-01"].grades.length, (await read(at)).exercises["tiny-02"].hints], [2, 1]),
  },
  {
    that: "progress in UTF-16",
    as: progress(bytes(Buffer.from(`\ufeff${JSON.stringify(KEPT)}`, "utf16le"))),
    code: 0,
    also: async (at) => assert.equal((await read(at)).exercises["tiny-02"].hints, 1),
  },
  { that: "damaged progress that is only looked at", as: progress(bytes("["), ["list"]), code: 0, says: /could not be read whole/, also: oneCopy },
  {
    that: "progress that may not be written",
    as: progress(all(kept, (file) => chmod(file, 0o444))),
    code: 0,
    says: NOT_KEPT,
    also: async (at) => assert.deepEqual(await read(at), KEPT),
    forbidden: true,
  },
  {
    that: "progress in a folder that may not be written",
    as: progress(all(kept, (file) => chmod(path.dirname(file), 0o555))),
    code: 0,
    says: NOT_KEPT,
    also: async (at) => assert.deepEqual(await read(at), KEPT),
    forbidden: true,
  },
  {
    that: "progress whose lock a killed program has left",
    as: progress(
      all(
        kept,
        (file) => mkdir(`${file}.lock`),
        (file) => utimes(`${file}.lock`, 0, 0),
      ),
    ),
    code: 0,
    also: async (at) => assert.equal((await read(at)).exercises["tiny-01"].grades.length, 3),
  },
  {
    that: "progress whose lock is a file",
    as: progress(
      all(
        kept,
        (file) => writeFile(`${file}.lock`, ""),
        (file) => utimes(`${file}.lock`, 0, 0),
      ),
    ),
    code: 0,
    says: /is locked by another program\. .*delete .*progress\.json\.lock/,
  },
  {
    that: "progress under two names",
    as: progress(all(kept, (file) => link(file, `${file}.other`))),
    code: 0,
    also: async (at) => assert.equal((await read(at)).exercises["tiny-01"].grades.length, 3),
  },
];

oddFiles("a grade with", PROGRESS);
