import assert from "node:assert/strict";
import { mkdtemp, stat } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { describe, it } from "mocha";
import { UserError } from "../../extension/errors.ts";
import { checkFiles } from "../../extension/exercise/tree.ts";
import { readArchive } from "../../extension/packs/archive.ts";
import { makeKeys, readKeys } from "../../extension/packs/keys.ts";
import { pack } from "../../extension/packs/publish.ts";
import { generateSealingKey, sealedChecks, unseal } from "../../extension/packs/seal.ts";
import { packOf, readPack } from "../../extension/supervisor/packStore.ts";
import { tinyExercise } from "../processes/tinyPack.ts";

const SECRET = 'import { check, exact } from "practicum/check";\n// the answer is 42\n';
const { privateKey } = generateSealingKey();

/** The exercise as a learner has it, once published. */
async function published() {
  const { folder } = await tinyExercise({ "final.sealed.check.ts": SECRET });
  const { archive, sealed } = await pack(await readPack(path.dirname(folder)), { keys: { sealing: privateKey } });
  const files = await readArchive(archive);
  return { exercise: packOf(files, "/nowhere").exercises[0] as NonNullable<ReturnType<typeof packOf>["exercises"][0]>, files, sealed };
}

const refused = (error: unknown) => error instanceof UserError && /cannot be unsealed with this key/.test(error.message);

describe("a sealed check", () => {
  it("is not named by another file that is published, such as a proof's page", async () => {
    const sealed = `${SECRET}check<Surface>("knows the answer", { points: 1 });\n`;
    const keys = { sealing: privateKey };
    const { folder } = await tinyExercise({ "final.sealed.check.ts": sealed, "oracle/PROOF.md": "| 1 | knows the answer | 3 s |\n" });
    await assert.rejects(
      readPack(path.dirname(folder)).then((source) => pack(source, { keys })),
      /oracle\/PROOF\.md names the sealed check "knows the answer"/,
    );
    const silent = await tinyExercise({ "final.sealed.check.ts": sealed, "oracle/PROOF.md": "| 1 | doubles | 3 s |\n" });
    await readPack(path.dirname(silent.folder)).then((source) => pack(source, { keys }));
  });

  it("is an ordinary check in the instructor's folder", async () => {
    assert.deepEqual(checkFiles(await tinyExercise({ "final.sealed.check.ts": SECRET })), ["double.check.ts", "final.sealed.check.ts"]);
  });

  it("cannot be read in what is published, and is counted", async () => {
    const { exercise, files, sealed } = await published();
    assert.deepEqual(sealed, ["01-double/final.sealed.check.ts.sealed"]);
    assert.deepEqual(
      [...files].filter(([, content]) => content.includes("the answer is 42")),
      [],
    );
    assert.deepEqual(checkFiles(exercise), ["double.check.ts"]);
    assert.equal(sealedChecks(exercise), 1);
  });

  it("is there again with the instructor's key", async () => {
    const open = unseal((await published()).exercise, privateKey);
    assert.equal(open.files["final.sealed.check.ts"], SECRET);
    assert.equal(sealedChecks(open), 0);
  });

  it("stays closed to another key", async () => {
    const { exercise } = await published();
    assert.throws(() => unseal(exercise, generateSealingKey().privateKey), refused);
  });

  it("stays closed in another place or version", async () => {
    const { exercise } = await published();
    assert.throws(() => unseal({ ...exercise, slug: "02-other" }, privateKey), refused);
    assert.throws(() => unseal({ ...exercise, pack: { ...exercise.pack, version: "9.0.0" } }, privateKey), refused);
  });

  it("is not published in the clear for want of a key", async () => {
    const { folder } = await tinyExercise({ "final.sealed.check.ts": SECRET });
    await assert.rejects(
      pack(await readPack(path.dirname(folder))),
      (error) => error instanceof UserError && /is to be sealed, and there is no key/.test(error.message),
    );
  });
});

describe("an instructor's keys", () => {
  it("can be read by their owner only, and are never replaced", async () => {
    const folder = path.join(await mkdtemp(path.join(os.tmpdir(), "practicum-keys-")), "keys");
    const fingerprint = await makeKeys(folder);
    assert.match(fingerprint, /^([0-9a-f]{4} ){3}[0-9a-f]{4}$/);
    if (process.platform !== "win32") assert.equal((await stat(path.join(folder, "signing.pem"))).mode & 0o777, 0o600);
    const keys = await readKeys(folder);
    await assert.rejects(makeKeys(folder), (error) => error instanceof UserError && /holds keys already/.test(error.message));
    assert.deepEqual(await readKeys(folder), keys);
  });

  it("are none where there are none", async () => assert.deepEqual(await readKeys(path.join(os.tmpdir(), "practicum-none")), {}));
});
