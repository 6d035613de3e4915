/** The command on odd files: each row makes something in a folder of its own, and says what comes of it. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, readdir, truncate, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before, describe, it } from "mocha";
import { type Ended, Practicum } from "../cli/practicum.ts";
import { descendantsOf } from "../processes/children.ts";
import { dist } from "../processes/tinyPack.ts";

const BUG = /This is a bug in Practicum|at .*\.mjs:\d+/;

export interface Row {
  /** What is tried, as the end of a sentence: "... with X". */
  readonly that: string;
  /** Makes it in a folder of its own. @returns the command */
  readonly as: (at: string) => Promise<readonly string[]> | readonly string[];
  readonly code: number;
  /** On standard output or standard error. */
  readonly says?: RegExp;
  readonly also?: (at: string, ended: Ended) => Promise<void> | void;
  /** Without the rights of the superuser, to whom nothing is forbidden. */
  readonly forbidden?: true;
}

/** Asks the command of each row. */
export function oddFiles(title: string, rows: readonly Row[]): void {
  describe(title, function () {
    this.timeout(120_000);
    let practicum: Practicum;
    let learner: string;
    before(async function () {
      if (process.platform === "win32") this.skip(); // it has no such files
      practicum = await Practicum.with();
      learner = await mkdtemp(path.join(os.tmpdir(), "practicum-odd-"));
      for (const folder of [practicum.pack, learner]) await chmod(folder, 0o755); // another user looks into them below
    });
    after(() => assert.deepEqual(descendantsOf(process.pid, dist), []));
    for (const [i, { that, as, code, says, also, forbidden }] of rows.entries()) {
      it(`${that}: exit code ${code}`, async () => {
        const at = path.join(learner, String(i));
        await mkdir(at);
        const args = await as(at);
        const other = forbidden && process.getuid?.() === 0 ? NOBODY : undefined;
        if (other) execFileSync("chown", ["-hR", `${other}:${other}`, at]);
        const ended = await practicum.start(args, at, { uid: other }).ended;
        const said = ended.stdout + ended.stderr;
        assert.equal(ended.code, code, said);
        assert.doesNotMatch(said, BUG);
        if (says) assert.match(said, says);
        await also?.(at, ended);
        assert.deepEqual(
          (await readdir(at, { recursive: true })).filter((file) => /\.part$|(?<!LOCK)\.lock$/.test(file) && !that.includes("lock")),
          [],
        );
      });
    }
  });
}

const NOBODY = 65534;

export const bytes =
  (...all: readonly (string | Buffer)[]) =>
  (file: string) =>
    writeFile(file, Buffer.concat(all.map((one) => Buffer.from(one as string))));
export const fifo = (file: string) => execFileSync("mkfifo", [file]);
/** So many bytes, none of which is on the disk. */
export const sparse = (length: number) => async (file: string) => {
  await writeFile(file, "");
  await truncate(file, length);
};
/** One after the other. */
export const all =
  (...makes: readonly ((file: string) => unknown)[]) =>
  async (file: string) => {
    for (const make of makes) await make(file);
  };
/** Something of that name, and a command about it. */
export const making = (name: string, make: (file: string) => unknown, command: (file: string) => readonly string[]) => async (at: string) => {
  await make(path.join(at, name));
  return command(path.join(at, name));
};
