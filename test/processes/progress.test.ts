/** Editor and command line are processes that write one file. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, utimes } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { describe, it } from "mocha";
import { hintRevealed, progressOf } from "../../extension/exercise/progress.ts";
import { ProgressFile } from "../../extension/supervisor/progressFile.ts";

const writer = path.join(import.meta.dirname, "writesProgress.ts");
const PROCESSES = 4;
const EACH = 50;

describe("progress that several programs write at once", () => {
  const learner = () => mkdtemp(path.join(os.tmpdir(), "practicum-learner-"));

  it("loses nothing, and leaves no lock", async () => {
    const folder = await learner();
    const writers = Array.from({ length: PROCESSES }, () =>
      spawn(process.execPath, ["--no-warnings", writer, folder, String(EACH)], { stdio: ["ignore", "inherit", "inherit"] }),
    );
    const codes = await Promise.all(writers.map(async (child) => ((await once(child, "exit")) as [number])[0]));
    assert.deepEqual([...new Set(codes)], [0]);
    assert.equal(progressOf(new ProgressFile(folder).read(), "ex-1").hints, PROCESSES * EACH);
    assert.deepEqual(await readdir(path.join(folder, ".practicum")), ["progress.json"]);
  });

  it("is written all the same where a program was killed while it wrote", async () => {
    const file = new ProgressFile(await learner());
    await mkdir(`${file.path}.lock`, { recursive: true });
    await utimes(`${file.path}.lock`, 0, 0);
    const { exercises } = await file.update((progress) => hintRevealed(progress, "ex-1"));
    assert.equal(exercises["ex-1"]?.hints, 1);
  });
});
