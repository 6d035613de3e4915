import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { describe, it } from "mocha";
import { UserError } from "../../extension/errors.ts";
import { newExercise, newPack } from "../../extension/packs/newPack.ts";
import { readPack } from "../../extension/supervisor/packStore.ts";
import { dist } from "../processes/tinyPack.ts";

const fresh = async (): Promise<string> => path.join(await mkdtemp(path.join(os.tmpdir(), "practicum-new-")), "pack");
const refused = (pattern: RegExp) => (error: unknown) => error instanceof UserError && pattern.test(error.message);

describe("a new pack", () => {
  it("can be read, under the name that it was given", async () => {
    const folder = await fresh();
    await newPack(folder, "Théorie des probabilités: I", dist);
    const { id, title, exercises } = await readPack(folder);
    assert.deepEqual([id, title], ["theorie-des-probabilites-i", "Théorie des probabilités: I"]);
    assert.deepEqual(
      exercises.map((exercise) => [exercise.id, exercise.slug, exercise.title]),
      [["theorie-des-probabilites-i-01", "01-softmax", "Softmax"]],
    );
    assert.match(await readFile(path.join(folder, "README.md"), "utf8"), /^# Théorie des probabilités: I\n/);
  });

  it("has types for everything that an author writes", async () => {
    const folder = await fresh();
    await newPack(folder, "Typed", dist);
    const compiler = path.resolve(import.meta.dirname, "../../node_modules/typescript/bin/tsc");
    assert.equal(spawnSync(process.execPath, [compiler, "-p", path.join(folder, "01-softmax")], { encoding: "utf8" }).stdout, "");
  }).timeout(60_000);

  it("gets more exercises, each with a number and an id of its own", async () => {
    const folder = await fresh();
    await newPack(folder, "Many", dist);
    await newExercise(folder, "Cross entropy", dist);
    const { exercises } = await readPack(folder);
    assert.deepEqual(
      exercises.map(({ id, slug }) => [id, slug]),
      [
        ["many-01", "01-softmax"],
        ["many-02", "02-cross-entropy"],
      ],
    );
  });

  it("is not made over files that are there", async () => {
    const folder = await fresh();
    await mkdir(folder);
    await writeFile(path.join(folder, "thesis.txt"), "");
    await assert.rejects(newPack(folder, "Many", dist), refused(/holds files already/));
  });

  it("takes a title that an id can be made of", async () => {
    await assert.rejects(newPack(await fresh(), "数学", dist), refused(/no letters that an id can be made of/));
  });

  it("is there before an exercise is", async () => assert.rejects(newExercise(os.tmpdir(), "Many", dist), refused(/is not a pack/)));
});
