/** What takes the place of an installed pack: newer versions of the same author, and others only when a learner accepts them. */
import assert from "node:assert/strict";
import { cp, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, it } from "mocha";
import { publish } from "../../extension/packs/publish.ts";
import { fetchPack } from "../../extension/packs/registry.ts";
import type { Shelf } from "../../extension/packs/shelf.ts";
import { generateKey } from "../../extension/packs/signature.ts";
import { dist } from "../processes/tinyPack.ts";
import { install, keys, NAME, packed, saying, shelf, temporary, tinyPack, useTinyRegistry } from "./people.ts";
import { type Registry, startRegistry, userOf } from "./registry.ts";

describe("an installed pack", () => {
  const at = useTinyRegistry();

  it("is updated; the older version stays readable for its grades", async () => {
    const on = await shelf();
    const { pack: old } = await install(on, `${NAME}@1.0.0`, at.learner);
    await publish(await packed("1.1.0", { keys }, { "hints.md": "## One\n\nDouble it.\n" }), at.instructor);
    const { candidate, pack: updated } = await install(on, NAME, at.learner);
    assert.deepEqual([candidate.trust, candidate.replaces?.version, updated.version], ["same", "1.0.0", "1.1.0"]);
    assert.deepEqual(await versions(on), ["1.1.0"]);
    assert.equal((await on.version(old.digest))?.version, "1.0.0");
  });

  it("is refused under another key, until that key is accepted", async () => {
    const on = await shelf();
    await install(on, `${NAME}@1.0.0`, at.learner);
    await publish(await packed("1.2.0", { keys: { signing: generateKey().privateKey } }), at.instructor);
    const candidate = await on.examine(await fetchPack(`${NAME}@1.2.0`, at.learner));
    assert.equal(candidate.trust, "changed");
    await assert.rejects(on.install(candidate), saying(/another key than the version that you have/));
    assert.deepEqual(await versions(on), ["1.0.0"]);
    assert.equal((await on.install(candidate, { acceptKey: true })).version, "1.2.0");
  });

  it("is not taken back to an older version by a mirror that serves that as the newest, unless it is accepted", async () => {
    await publish(await packed("1.3.0"), at.instructor);
    const mirror = await mirrorOf(at.registry);
    const there = { dist, cwd: await userOf(mirror) };
    await publish(await packed("1.4.0"), at.instructor);
    const on = await shelf();
    await install(on, NAME, at.learner);
    await assert.rejects(install(on, NAME, there), saying(/"Tiny" 1\.3\.0 is older than version 1\.4\.0, which is installed.*--downgrade/));
    assert.deepEqual(await versions(on), ["1.4.0"]);
    assert.equal((await install(on, NAME, there, { downgrade: true })).pack.version, "1.3.0");
    await mirror.stop();
  });

  it("whose newest version was seen once is not installed older later: neither after a removal nor after another version", async () => {
    const [oldest, between, newest] = [await archiveOf("1.0.0"), await archiveOf("1.0.5"), await archiveOf("1.1.0")];
    const refused = saying(/older than version 1\.1\.0, which was installed before/);
    const on = await shelf();
    await install(on, newest);
    await on.remove("tiny");
    await assert.rejects(install(on, oldest), refused);
    await install(on, oldest, { dist }, { downgrade: true });
    await assert.rejects(install(on, between), refused);
    assert.deepEqual(await versions(on), ["1.0.0"]);
    assert.equal((await install(on, newest)).pack.version, "1.1.0");
  });

  it("is installed once more under its number with other content, and that is said", async () => {
    const on = await shelf();
    await install(on, await archiveOf("1.0.0"));
    const { candidate } = await install(on, await archiveOf("1.0.0", { "hints.md": "## One\n\nOther.\n" }));
    assert.deepEqual([candidate.trust, candidate.present, candidate.republished], ["same", false, true]);
  });

  it("that was changed on disk is refused, until it is installed again", async () => {
    const on = await shelf();
    const folder = await tinyPack("1.0.0");
    const { pack: installed } = await install(on, folder);
    await writeFile(path.join(installed.folder, "01-double/hints.md"), "## Other\n");
    await assert.rejects(on.packs(), saying(/changed on disk.*Install it again/));
    await install(on, folder);
    assert.deepEqual(await versions(on), ["1.0.0"]);
  });
});

const versions = async (on: Shelf): Promise<string[]> => (await on.packs()).map(({ version }) => version);

/** Another registry that has what this one has now. */
async function mirrorOf({ storage }: Registry): Promise<Registry> {
  const copy = await temporary();
  await cp(storage, copy, { recursive: true });
  return startRegistry({ storage: copy });
}

/** Path of the signed archive of that version. */
async function archiveOf(version: string, changes = {}): Promise<string> {
  const file = path.join(await temporary(), "tiny.tgz");
  await writeFile(file, (await packed(version, { keys }, changes)).archive);
  return file;
}
