/** How a pack comes to a learner: from a registry, from npm's cache, or from a folder, an archive or a repository. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cp, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, it } from "mocha";
import { writeArchive } from "../../extension/packs/archive.ts";
import { publish } from "../../extension/packs/publish.ts";
import { fetchPack, readFolder } from "../../extension/packs/registry.ts";
import { readPack } from "../../extension/supervisor/packStore.ts";
import { dist } from "../processes/tinyPack.ts";
import { install, key, NAME, packed, saying, shelf, temporary, tinyPack, useTinyRegistry } from "./people.ts";
import { type Registry, startRegistry, userOf } from "./registry.ts";

describe("a pack on a registry", () => {
  const at = useTinyRegistry();

  it("is installed by name, with its digest and signer known before anything is written", async () => {
    const on = await shelf();
    const candidate = await on.examine(await fetchPack(NAME, at.learner));
    assert.deepEqual([candidate.trust, candidate.signer?.fingerprint, candidate.forced, candidate.present], ["first", key.fingerprint, false, false]);
    assert.deepEqual(await on.packs(), []);
    const installed = await on.install(candidate);
    assert.equal(installed.digest, candidate.pack.digest);
    assert.deepEqual(
      (await on.packs()).map(({ id, version }) => [id, version]),
      [["tiny", "1.0.0"]],
    );
    assert.match(candidate.source.resolved, /practicum-pack-tiny-1\.0\.0\.tgz$/);
  });

  it("has the digest that it has in the instructor's folder", async () => {
    const { pack: installed } = await install(await shelf(), NAME, at.learner);
    assert.equal(installed.digest, (await readPack(await tinyPack("1.0.0"))).digest);
  });

  it("is installed from npm's cache where there is no connection", async () => {
    await fetchPack(`${NAME}@1.0.0`, at.learner);
    const { source } = await fetchPack(`${NAME}@1.0.0`, { ...at.learner, offline: true });
    assert.equal(source.kind, "registry");
    await assert.rejects(fetchPack(`${NAME}@1.0.0`, { dist, cwd: await userOf(at.registry), offline: true }), saying(/not in npm's cache/));
  });

  it("that was tampered with on the registry is refused, and leaves nothing behind", async () => {
    await publish(await packed("2.0.0"), at.instructor);
    const folder = path.join(at.registry.storage, NAME);
    const file = path.join(folder, (await readdir(folder)).find((name) => name.includes("2.0.0")) as string);
    const archive = await readFile(file);
    archive[archive.length >> 1] = (archive[archive.length >> 1] as number) ^ 1;
    await writeFile(file, archive);
    await assert.rejects(fetchPack(`${NAME}@2.0.0`, { dist, cwd: await userOf(at.registry) }), saying(/digest is another/));
  });
});

describe("a registry that only lets in those who are logged in", () => {
  let registry: Registry;
  before(async () => {
    registry = await startRegistry({ access: "$authenticated" });
    await publish(await packed("1.0.0"), { dist, cwd: await userOf(registry, "ada") });
  });
  after(() => registry.stop());

  it("refuses a stranger, with what to do", async () => {
    await assert.rejects(fetchPack(NAME, { dist, cwd: await userOf(registry) }), saying(/log in/i));
  });

  it("serves whoever npm is logged in as", async () => {
    assert.equal((await fetchPack(NAME, { dist, cwd: await userOf(registry, "grace") })).source.kind, "registry");
  });
});

describe("a pack that is not on a registry", () => {
  it("is the same from a folder, an archive and a git repository", async () => {
    const folder = await tinyPack("1.0.0");
    const archive = path.join(await temporary(), "tiny.tgz");
    await writeFile(archive, writeArchive(await readFolder(folder)));
    const repository = await temporary();
    await cp(folder, repository, { recursive: true });
    gitCommit(repository);
    const digests = [];
    for (const spec of [folder, archive, `git+file://${repository}`]) digests.push((await install(await shelf(), spec, { dist })).pack.digest);
    assert.equal(new Set(digests).size, 1);
  });
});

function gitCommit(folder: string): void {
  const who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"];
  for (const args of [
    ["init", "-q"],
    ["add", "."],
    [...who, "commit", "-qm", "Tiny"],
  ])
    assert.equal(spawnSync("git", args, { cwd: folder }).status, 0);
}
