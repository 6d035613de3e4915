/** The files of a pack: as they were signed, no more of them than is meant for learners, and under ids of their own. */
import assert from "node:assert/strict";
import { cp, readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { describe, it } from "mocha";
import { readArchive } from "../../extension/packs/archive.ts";
import { leaks } from "../../extension/packs/leaks.ts";
import { pack } from "../../extension/packs/publish.ts";
import { fetchPack, readFolder } from "../../extension/packs/registry.ts";
import { Shelf } from "../../extension/packs/shelf.ts";
import { SIGNATURE_FILE, signatureFor } from "../../extension/packs/signature.ts";
import { scaffold } from "../../extension/supervisor/attempt.ts";
import { packOf, readPack } from "../../extension/supervisor/packStore.ts";
import { dist } from "../processes/tinyPack.ts";
import { changeJson, keys, saying, shelf, temporary, tinyPack } from "./people.ts";

describe("a pack's files", () => {
  const changed: [string, (files: Map<string, Buffer>) => void][] = [
    ["a changed file", (files) => files.set("01-double/hints.md", Buffer.from("## Other\n"))],
    ["an added file", (files) => files.set("01-double/more.ts", Buffer.from(""))],
    ["a file taken away", (files) => files.delete("01-double/hints.md")],
    ["a changed package.json", (files) => files.set("package.json", Buffer.from("{}"))],
  ];
  for (const [what, change] of changed) {
    it(`with ${what} after it was signed are refused`, async () => {
      const files = await readFolder(await tinyPack("1.0.0"));
      files.set("package.json", Buffer.from('{"name":"x"}'));
      files.set(SIGNATURE_FILE, signatureFor(files, keys.signing));
      await (await shelf()).examine({ files, source: { spec: "x", kind: "archive", resolved: "x" } });
      change(files);
      await assert.rejects(
        (await shelf()).examine({ files, source: { spec: "x", kind: "archive", resolved: "x" } }),
        saying(/signature is not that of its files/),
      );
    });
  }

  it("of its author's own stay out of sight: what is hidden or lies beside the pack is not installed", async () => {
    const files = await readFolder(await tinyPack("1.0.0"));
    for (const file of [".npmrc", ".vscode/tasks.json", "01-double/.env", "node_modules/x/index.js", "instructor/notes.txt"]) files.set(file, Buffer.from("x"));
    const on = await shelf();
    const installed = await on.install(await on.examine({ files, source: { spec: "x", kind: "archive", resolved: "x" } }));
    assert.deepEqual((await readdir(installed.folder)).sort(), ["01-double", "pack.json"]);
    assert.ok(!(await readdir(path.join(installed.folder, "01-double"))).includes(".env"));
  });

  it("leave nothing hidden in the folder of a learner who has installed the built-in pack from an archive", async () => {
    const archive = await pack(await readPack(path.join(dist, "exercises/transformers-and-llms")), { keys });
    const { exercises } = packOf(await readArchive(archive.archive), "archive");
    assert.equal(exercises.length, 16);
    for (const exercise of exercises) {
      const folder = await temporary();
      await scaffold(exercise, folder, dist);
      const paths = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
      const files = paths.map(({ parentPath, name }) => path.relative(folder, path.join(parentPath, name)).split(path.sep).join("/"));
      const own = files.filter((file) => !file.startsWith(".practicum/types/")); // declarations, the same in every folder
      const texts = own.map(async (file) => [file.replace(".practicum/starter/", ""), await readFile(path.join(folder, file), "utf8")] as const);
      assert.deepEqual(leaks(exercise, Object.fromEntries(await Promise.all(texts))), [], exercise.slug);
      assert.deepEqual(
        own.filter((file) => /\.check\.ts$|(^|\/)(reference|misconceptions|variants|oracle)\/|hints\.md$/.test(file)),
        [],
      );
    }
  });

  const taken: [what: string, manifest: object, exercise: object][] = [
    ["the id of a pack that comes with Practicum", { id: "built-in" }, { id: "tiny-02" }],
    ["the exercise of a pack that comes with Practicum", { id: "other" }, { id: "tiny-01" }],
  ];
  for (const [what, changes, exercise] of taken) {
    it(`with ${what} are refused: progress is kept by ids`, async () => {
      const builtIn = await temporary();
      await cp(await tinyPack("1.0.0"), path.join(builtIn, "tiny"), { recursive: true });
      await changeJson(path.join(builtIn, "tiny/pack.json"), { id: "built-in" });
      const root = await tinyPack("1.0.0");
      await changeJson(path.join(root, "pack.json"), changes);
      await changeJson(path.join(root, "01-double/exercise.json"), exercise);
      const on = new Shelf(await temporary(), builtIn);
      await assert.rejects(
        fetchPack(root, { dist }).then((fetched) => on.examine(fetched)),
        saying(/has an id that Tiny has/),
      );
    });
  }
});
