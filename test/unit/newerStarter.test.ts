import assert from "node:assert/strict";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { describe, it } from "mocha";
import { scaffold } from "../../extension/supervisor/attempt.ts";
import { dividedFiles, keepMine, merge, mergeAll } from "../../extension/supervisor/newerStarter.ts";
import { dist, tinyExercise } from "../processes/tinyPack.ts";

const OLD = "// head\n\nexport const double = 1;\n\n// tail\n";
const NEW = OLD.replace("// tail", "// another tail");
const MINE = OLD.replace("= 1", "= 2");
const starter = (text: string) => tinyExercise({ "starter/double.ts": text });

/** An attempt begun with the old starter and edited; the pack then has the new one. */
async function begun(mine: string) {
  const folder = await mkdtemp(path.join(os.tmpdir(), "practicum-newer-"));
  await scaffold(await starter(OLD), folder, dist);
  await writeFile(path.join(folder, "double.ts"), mine);
  const exercise = await starter(NEW);
  await scaffold(exercise, folder, dist);
  return { folder, exercise, text: () => readFile(path.join(folder, "double.ts"), "utf8") };
}

describe("a starter that a newer pack has changed", () => {
  it("takes the place of the old one where that was not edited", async () => {
    const { folder, exercise, text } = await begun(OLD);
    assert.equal(await text(), NEW);
    assert.deepEqual(await dividedFiles(exercise, folder), []);
  });

  it("leaves what was edited, and is told each time", async () => {
    const { folder, exercise, text } = await begun(MINE);
    assert.equal(await text(), MINE);
    for (const _ of ["once", "again"]) assert.deepEqual(await dividedFiles(exercise, folder), [{ file: "double.ts", mine: MINE, base: OLD, theirs: NEW }]);
  });

  it("is merged when asked, and what was there is kept", async () => {
    const { folder, exercise, text } = await begun(MINE);
    const { backup, conflicts } = await mergeAll(folder, await dividedFiles(exercise, folder));
    assert.equal(conflicts, 0);
    assert.equal(await text(), MINE.replace("// tail", "// another tail"));
    assert.equal(await readFile(path.join(backup, "double.ts"), "utf8"), MINE);
    assert.deepEqual(await dividedFiles(exercise, folder), []);
  });

  it("is left alone for good when the learner keeps theirs", async () => {
    const { folder, exercise, text } = await begun(MINE);
    await keepMine(folder, await dividedFiles(exercise, folder));
    await scaffold(exercise, folder, dist);
    assert.equal(await text(), MINE);
    assert.deepEqual(await dividedFiles(exercise, folder), []);
  });

  it("stands beside the learner's own where both changed a line", () => {
    const { text, conflicts } = merge({ file: "x.ts", mine: "a\nmine\nc", base: "a\nb\nc", theirs: "a\ntheirs\nc" });
    assert.equal(conflicts, 1);
    assert.equal(text, "a\n<<<<<<< yours\nmine\n||||||| the starter you began with\nb\n=======\ntheirs\n>>>>>>> the new starter\nc");
  });
});
