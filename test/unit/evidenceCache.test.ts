import assert from "node:assert/strict";
import { mkdtemp, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { Exercise } from "../../extension/exercise/model.ts";
import { EvidenceCache } from "../../extension/packs/evidenceCache.ts";

const exercise = (files: Readonly<Record<string, string>> = {}): Exercise =>
  ({ id: "half", binaries: {}, files: { "half.check.ts": "1", ...files } }) as unknown as Exercise;

describe("cache of evidence", () => {
  let folder: string;
  let dist: string;
  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), "practicum-cache-"));
    dist = await mkdtemp(path.join(os.tmpdir(), "practicum-dist-"));
    await writeFile(path.join(dist, "grader.mjs"), "first");
  });

  let asked = 0;
  const work = async () => ({ answer: ++asked });
  const through = async (of = exercise(), lasting?: () => boolean, node = "24") =>
    (await EvidenceCache.open(folder, dist, node)).through(of, "save", work, lasting);

  it("asks once, and keeps what was found", async () => {
    assert.deepEqual(await through(), { answer: 1, cached: false });
    assert.deepEqual(await through(), { answer: 1, cached: true });
  });
  it("prose is no part of it", async () => assert.equal((await through(exercise({ "README.md": "# Half" }))).cached, true));
  it("asks anew when a source has changed", async () => assert.equal((await through(exercise({ "half.check.ts": "2" }))).cached, false));
  it("asks anew on another Node", async () => assert.equal((await through(exercise(), undefined, "20")).cached, false));
  it("asks anew with another build", async () => {
    await writeFile(path.join(dist, "grader.mjs"), "second");
    assert.equal((await through()).cached, false);
  });
  it("does not keep what may be another the next time", async () => {
    const late = exercise({ "half.check.ts": "3" });
    assert.equal((await through(late, () => false)).cached, false);
    assert.equal((await through(late)).cached, false);
    assert.equal((await through(late)).cached, true);
  });
  it("keeps nothing without a folder", async () => {
    const cache = await EvidenceCache.open(undefined, dist, "24");
    await cache.through(exercise(), "save", work);
    assert.equal((await cache.through(exercise(), "save", work)).cached, false);
  });
});
