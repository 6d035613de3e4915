import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { beforeEach, describe, it } from "mocha";
import { emptyProgress, hintRevealed, opened, progressOf } from "../../extension/exercise/progress.ts";
import { findLearnerFolder, ProgressFile } from "../../extension/supervisor/progressFile.ts";

describe("progress on disk", () => {
  let folder: string;
  let file: ProgressFile;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), "practicum-learner-"));
    file = new ProgressFile(folder);
  });
  const hints = () => progressOf(new ProgressFile(folder).read(), "ex-1").hints;
  const hint = (of = file) => of.update((progress) => hintRevealed(progress, "ex-1"));

  it("is nothing where nothing is kept, and reading makes no file", async () => {
    assert.deepEqual(file.read(), emptyProgress());
    assert.deepEqual(await readdir(folder), []);
  });
  it("is found by another program", async () => {
    await hint();
    assert.equal(hints(), 1);
  });
  it("changes what is on disk now, whoever wrote it", async () => {
    await hint();
    await hint(new ProgressFile(folder));
    await hint();
    assert.equal(hints(), 3);
  });
  it("changes asked for at once are all made", async () => {
    await Promise.all([hint(), hint(), hint()]);
    assert.equal(hints(), 3);
  });
  it("leaves no half-written file behind", async () => {
    await hint();
    assert.deepEqual(await readdir(path.dirname(file.path)), ["progress.json"]);
  });
  it("keeps aside what cannot be read, rather than writing over it", async () => {
    await mkdir(path.dirname(file.path));
    await writeFile(file.path, "{ mine");
    await file.update((progress) => opened(progress, "ex-1"));
    const copies = (await readdir(path.dirname(file.path))).filter((name) => name !== "progress.json");
    assert.deepEqual(await Promise.all(copies.map((copy) => readFile(path.join(path.dirname(file.path), copy), "utf8"))), ["{ mine"]);
    assert.equal(progressOf(file.read(), "ex-1").state, "started");
  });
  it("belongs to the nearest folder above that keeps progress", async () => {
    await hint();
    assert.equal(await findLearnerFolder(path.join(folder, "pack/01-x")), folder);
  });
});
