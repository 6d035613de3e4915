import assert from "node:assert/strict";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, it } from "mocha";
import { UserError } from "../../extension/errors.ts";
import type { Pack } from "../../extension/exercise/model.ts";
import { findExercise, readPack, readPacks } from "../../extension/supervisor/packStore.ts";
import { tinyExercise } from "../processes/tinyPack.ts";

async function packFolder(changes: Record<string, string | undefined> = {}): Promise<string> {
  return path.dirname((await tinyExercise(changes)).folder);
}

describe("reading a pack", () => {
  it("gives each exercise its files, by path", async () => {
    const [exercise] = (await readPack(await packFolder())).exercises;
    assert.equal(exercise?.slug, "01-double");
    assert.equal(exercise?.pack.id, "tiny");
    assert.ok(exercise && "starter/double.ts" in exercise.files && "exercise.json" in exercise.files);
  });

  it("keeps what is not text as base64", async () => {
    const folder = await packFolder();
    await mkdir(path.join(folder, "01-double/oracle"));
    await writeFile(path.join(folder, "01-double/oracle/ascii.onnx"), "looks like text");
    const [exercise] = (await readPack(folder)).exercises;
    assert.deepEqual(exercise?.binaries, { "oracle/ascii.onnx": Buffer.from("looks like text").toString("base64") });
    assert.ok(!("oracle/ascii.onnx" in exercise.files));
  });

  it("leaves out hidden files and installed packages", async () => {
    const folder = await packFolder({ ".secret.ts": "", "node_modules/x.ts": "" });
    const [exercise] = (await readPack(folder)).exercises;
    assert.deepEqual(
      Object.keys(exercise?.files ?? {}).filter((file) => /secret|node_modules/.test(file)),
      [],
    );
  });

  it("has a digest of all contents and paths, and of nothing else", async () => {
    const digest = async (changes = {}) => (await readPack(await packFolder(changes))).digest;
    const one = await digest();
    assert.equal(await digest(), one);
    assert.notEqual(await digest({ "hints.md": "## Other\n\nText." }), one);
    assert.notEqual(await digest({ "starter/more.ts": "" }), one);
  });

  const broken: [string, Record<string, string | undefined>, RegExp][] = [
    ["a manifest", { "exercise.json": undefined }, /names the exercise "01-double", but .* has no exercise\.json/],
    ["a statement", { "README.md": undefined }, /has no README\.md/],
    ["a reference", { "reference/double.ts": undefined }, /has no reference\/double\.ts/],
    ["checks", { "double.check.ts": undefined }, /has no checks/],
  ];
  for (const [what, changes, pattern] of broken) {
    it(`says that ${what} is missing`, () => assert.rejects(packFolder(changes), (error) => error instanceof UserError && pattern.test(error.message)));
  }

  it("says that a folder is not a pack", async () => {
    const folder = await packFolder();
    await rm(path.join(folder, "pack.json"));
    await assert.rejects(readPack(folder), /is not a pack/);
    await assert.rejects(readPack(path.join(folder, "nowhere")), UserError);
  });

  it("names both exercises that claim one id", async () => {
    const folder = await packFolder();
    const other = path.dirname((await tinyExercise()).folder);
    await cp(path.join(other, "01-double"), path.join(folder, "02-again"), { recursive: true });
    const manifest = JSON.parse(await readFile(path.join(folder, "pack.json"), "utf8"));
    await writeFile(path.join(folder, "pack.json"), JSON.stringify({ ...manifest, exercises: ["01-double", "02-again"] }));
    await assert.rejects(readPack(folder), /02-again and .*01-double have the same id "tiny-01"/);
  });

  it("reads every pack of a folder", async () => {
    const shelf = path.join(await packFolder(), "shelf");
    await cp(await packFolder(), path.join(shelf, "a"), { recursive: true });
    assert.deepEqual(
      (await readPacks(shelf)).map((pack) => pack.id),
      ["tiny"],
    );
  });
});

describe("finding an exercise", () => {
  const pack = (id: string, slugs: readonly string[]) => ({ id, exercises: slugs.map((slug) => ({ id: `${id}-${slug}`, slug })) }) as unknown as Pack;
  const packs = [pack("a", ["01-one", "03-three"]), pack("b", ["03-other", "10-ten"])];

  for (const wanted of ["a-01-one", "01-one", "01", "1"]) {
    it(`finds it by ${wanted}`, () => assert.equal(findExercise(packs, wanted).id, "a-01-one"));
  }
  it("asks for more when two fit", () => assert.throws(() => findExercise(packs, "3"), /could be any of 03-three \(a-03-three\), 03-other/));
  it("says which there are when none fits", () => {
    assert.throws(
      () => findExercise(packs, "one"),
      (error) => error instanceof UserError && /01-one/.test(error.remedy),
    );
  });
});
