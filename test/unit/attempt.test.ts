import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { before, beforeEach, describe, it } from "mocha";
import { UserError } from "../../extension/errors.ts";
import type { Exercise } from "../../extension/exercise/model.ts";
import { findAttempt, readAttempt, resetAttempt, scaffold } from "../../extension/supervisor/attempt.ts";
import { tinyExercise } from "../processes/tinyPack.ts";

describe("a learner's folder", () => {
  let exercise: Exercise;
  let dist: string;
  let folder: string;
  const put = async (file: string, text: string) => {
    await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
    await writeFile(path.join(folder, file), text);
  };
  const get = (file: string) => readFile(path.join(folder, file), "utf8");

  before(async () => {
    exercise = await tinyExercise();
    dist = await mkdtemp(path.join(os.tmpdir(), "practicum-dist-"));
    await mkdir(path.join(dist, "types"));
    await mkdir(path.join(dist, "templates/workspace"), { recursive: true });
    await writeFile(path.join(dist, "types/tfjs.d.ts"), "types");
    await writeFile(path.join(dist, "templates/workspace/tsconfig.json"), "{}");
    await writeFile(path.join(dist, "templates/workspace/globals.d.ts"), "globals");
  });
  beforeEach(async () => {
    folder = path.join(await mkdtemp(path.join(os.tmpdir(), "practicum-attempt-")), "my attempt");
  });

  describe("scaffolding", () => {
    it("writes the statement, the starter and what the editor needs, and no hidden thing", async () => {
      const { created, kept } = await scaffold(exercise, folder, dist);
      assert.deepEqual([...created].sort(), ["README.md", "double.ts", "run.ts", "surface.ts", "tsconfig.json"]);
      assert.deepEqual(kept, []);
      const all = (await readdir(folder, { recursive: true, withFileTypes: true }))
        .filter((e) => e.isFile())
        .map((e) => path.relative(folder, path.join(e.parentPath, e.name)));
      const copies = ["README.md", "double.ts", "run.ts", "surface.ts", "tsconfig.json"].map((file) => `.practicum/starter/${file}`);
      const own = [".practicum/.gitignore", ".practicum/attempt.json", ...copies, ".practicum/types/globals.d.ts", ".practicum/types/tfjs.d.ts"];
      assert.deepEqual(all.sort(), [...own, ...created].sort());
      assert.equal(await get(".practicum/.gitignore"), "/backups/\n/checkpoints/\n");
    });

    it("never overwrites what was edited, and restores what was deleted", async () => {
      await scaffold(exercise, folder, dist);
      await put("double.ts", "mine");
      await rm(path.join(folder, "README.md"));
      const { created, kept } = await scaffold(exercise, folder, dist);
      assert.deepEqual(created, ["README.md"]);
      assert.ok(kept.includes("double.ts"));
      assert.equal(await get("double.ts"), "mine");
    });

    it("brings up to date what was not edited, and remembers", async () => {
      await scaffold(exercise, folder, dist);
      const newer = (text: string) => ({ ...exercise, files: { ...exercise.files, "README.md": text } });
      assert.deepEqual((await scaffold(newer("# Newer"), folder, dist)).created, ["README.md"]);
      assert.deepEqual((await scaffold(newer("# Newest"), folder, dist)).created, ["README.md"]);
      assert.equal(await get("README.md"), "# Newest");
    });

    it("keeps the files of a folder that was not ours", async () => {
      await put("double.ts", "mine");
      await scaffold(exercise, folder, dist);
      assert.equal(await get("double.ts"), "mine");
    });

    it("refuses the folder of another exercise", async () => {
      await scaffold(exercise, folder, dist);
      await assert.rejects(
        scaffold({ ...exercise, id: "other" }, folder, dist),
        (error) => error instanceof UserError && /another exercise, tiny-01/.test(error.message),
      );
    });
  });

  describe("reading", () => {
    it("takes the modules, the learner's own run.ts among them, and neither declarations nor what is hidden", async () => {
      for (const file of ["double.ts", "lib/part.ts", "run.ts", "types.d.ts", ".practicum/types/x.ts", "node_modules/x.ts", "notes.md"]) await put(file, file);
      const tree = await readAttempt(exercise, folder);
      assert.deepEqual(tree, { root: folder, entry: "double.ts", files: { "double.ts": "double.ts", "lib/part.ts": "lib/part.ts", "run.ts": "run.ts" } });
    });
    it("says that the entry is missing", async () => {
      await assert.rejects(
        readAttempt(exercise, folder),
        (error) => error instanceof UserError && /has no double\.ts/.test(error.message) && /practicum open 01-double/.test(error.remedy),
      );
    });
    it("needs no marker", async () => {
      await put("double.ts", "any");
      assert.equal((await readAttempt(exercise, folder)).files["double.ts"], "any");
    });
  });

  describe("finding", () => {
    it("goes up from a file to the nearest marker", async () => {
      await scaffold(exercise, folder, dist);
      const found = await findAttempt(path.join(folder, "lib/deep/part.ts"));
      assert.equal(found?.folder, folder);
      assert.equal(found?.marker.exercise, "tiny-01");
    });
    it("finds none outside", async () => assert.equal(await findAttempt(path.join(path.dirname(folder), "x.ts")), undefined));
    it("says what to do about a marker that cannot be read", async () => {
      await put(".practicum/attempt.json", "{");
      await assert.rejects(findAttempt(path.join(folder, "double.ts")), (error) => error instanceof UserError && /Delete the file|Correct/.test(error.remedy));
    });
  });

  describe("resetting", () => {
    it("puts the starter back, keeps a copy of what it replaces, and leaves the learner's own files", async () => {
      await scaffold(exercise, folder, dist);
      await put("double.ts", "mine");
      await put("scratch.ts", "my own");
      const { backup, replaced } = await resetAttempt(exercise, folder);
      assert.deepEqual(replaced, ["double.ts"]);
      assert.equal(path.dirname(backup), path.join(folder, ".practicum/backups"));
      assert.equal(await readFile(path.join(backup, "double.ts"), "utf8"), "mine");
      assert.match(await get("double.ts"), /notWrittenYet/);
      assert.equal(await get("scratch.ts"), "my own");
    });
    it("counts the starter as not edited afterwards", async () => {
      await put("double.ts", "mine");
      await resetAttempt(exercise, folder);
      const newer = { ...exercise, files: { ...exercise.files, "starter/double.ts": "newer" } };
      assert.ok((await scaffold(newer, folder, dist)).created.includes("double.ts"));
    });
    it("replaces nothing when nothing was edited", async () => {
      await scaffold(exercise, folder, dist);
      assert.deepEqual((await resetAttempt(exercise, folder)).replaced, []);
    });
  });
});
