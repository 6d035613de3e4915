/** What an instructor publishes, and what the registry or Practicum refuses. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, it } from "mocha";
import { pack, publish } from "../../extension/packs/publish.ts";
import { searchPacks } from "../../extension/packs/registry.ts";
import { readPack } from "../../extension/supervisor/packStore.ts";
import { install, key, keys, NAME, packed, saying, shelf, tinyPack, useTinyRegistry } from "./people.ts";

describe("a pack that is published", () => {
  const at = useTinyRegistry();

  it("is found by those who search", async () => {
    const [found] = await searchPacks("", at.learner);
    assert.deepEqual(found, { name: NAME, version: "1.0.0", title: "Tiny", exercises: 1, verified: "verified" });
  });

  it("is not published a second time under one version", async () => {
    await assert.rejects(publish(await packed("1.0.0"), at.instructor), saying(/has this version already.*Raise the version/));
  });

  it("is not published where it is too large for the registry", async () => {
    const root = await tinyPack("1.0.2");
    await mkdir(path.join(root, "01-double/oracle"));
    await writeFile(path.join(root, "01-double/oracle/noise.bin"), randomBytes(9e6));
    await assert.rejects(publish(await pack(await readPack(root), { keys }), at.instructor), saying(/takes no archive as large as this.*smaller/));
  });

  it("is not published by somebody who is not logged in", async () => {
    await assert.rejects(publish(await packed("1.0.1"), at.learner), saying(/wants you to log in/));
  });

  it("says that it was published unproven", async () => {
    await publish(await pack(await readPack(await tinyPack("1.3.0")), { keys, forced: "a draft" } as never), at.instructor);
    const { candidate } = await install(await shelf(), `${NAME}@1.3.0`, at.learner);
    assert.equal(candidate.forced, true);
  });

  it("is not published with a private key among its files", async () => {
    const root = await tinyPack("1.0.0", { "oracle/key.txt": key.privateKey });
    await assert.rejects(async () => pack(await readPack(root), { keys }), saying(/oracle\/key\.txt is a private key.*Move it out/));
  });
});
