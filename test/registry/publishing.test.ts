/** The way of a pack from an instructor to a learner, by a real registry. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { cp, mkdir, mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import http from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { after, before, describe, it } from "mocha";
import { UserError } from "../../extension/errors.ts";
import { readArchive, writeArchive } from "../../extension/packs/archive.ts";
import { leaks } from "../../extension/packs/leaks.ts";
import { pack, publish } from "../../extension/packs/publish.ts";
import { fetchPack, type RegistryOptions, readFolder, searchPacks } from "../../extension/packs/registry.ts";
import { Shelf } from "../../extension/packs/shelf.ts";
import { generateKey, SIGNATURE_FILE, signatureFor } from "../../extension/packs/signature.ts";
import { scaffold } from "../../extension/supervisor/attempt.ts";
import { packOf, readPack } from "../../extension/supervisor/packStore.ts";
import { dist, tinyExercise } from "../processes/tinyPack.ts";
import { type Registry, startRegistry, userOf } from "./registry.ts";

const NAME = "practicum-pack-tiny";
const key = generateKey();
const keys = { signing: key.privateKey };

/** The folder of a tiny pack of that version. */
async function tinyPack(version: string, changes: Readonly<Record<string, string>> = {}): Promise<string> {
  const { folder } = await tinyExercise(changes);
  const root = path.dirname(folder);
  const manifest = JSON.parse(await readFile(path.join(root, "pack.json"), "utf8"));
  await writeFile(path.join(root, "pack.json"), JSON.stringify({ ...manifest, version }));
  return root;
}

const temporary = (): Promise<string> => mkdtemp(path.join(os.tmpdir(), "practicum-shelf-"));
const shelf = async (): Promise<Shelf> => new Shelf(await temporary());
const packed = async (version: string, options = { keys }, changes = {}) => pack(await readPack(await tinyPack(version, changes)), options);

/** Installs by name, as a learner who trusts what is shown. */
async function install(on: Shelf, spec: string, options: RegistryOptions) {
  const candidate = await on.examine(await fetchPack(spec, options));
  return { candidate, pack: await on.install(candidate) };
}

const saying = (pattern: RegExp) => (error: unknown) => error instanceof UserError && pattern.test(`${error.message} ${error.remedy}`);

describe("a pack on a registry", () => {
  let registry: Registry;
  let instructor: RegistryOptions;
  let learner: RegistryOptions;

  before(async () => {
    registry = await startRegistry();
    instructor = { dist, cwd: await userOf(registry, "ada") };
    learner = { dist, cwd: await userOf(registry) };
    await publish(await packed("1.0.0"), instructor);
  });
  after(() => registry.stop());

  it("is found by those who search", async () => {
    const [found] = await searchPacks("", learner);
    assert.deepEqual(found, { name: NAME, version: "1.0.0", title: "Tiny", exercises: 1, verified: "verified" });
  });

  it("is installed by name, with its digest and signer known before anything is written", async () => {
    const on = await shelf();
    const candidate = await on.examine(await fetchPack(NAME, learner));
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
    const { pack: installed } = await install(await shelf(), NAME, learner);
    assert.equal(installed.digest, (await readPack(await tinyPack("1.0.0"))).digest);
  });

  it("is not published a second time under one version", async () => {
    await assert.rejects(publish(await packed("1.0.0"), instructor), saying(/has this version already.*Raise the version/));
  });

  it("is not published where it is too large for the registry", async () => {
    const root = await tinyPack("1.0.2");
    await mkdir(path.join(root, "01-double/oracle"));
    await writeFile(path.join(root, "01-double/oracle/noise.bin"), randomBytes(9e6));
    await assert.rejects(publish(await pack(await readPack(root), { keys }), instructor), saying(/takes no archive as large as this.*smaller/));
  });

  it("is not published by somebody who is not logged in", async () => {
    await assert.rejects(publish(await packed("1.0.1"), learner), saying(/wants you to log in/));
  });

  it("is updated; the older version stays readable for its grades", async () => {
    const on = await shelf();
    const { pack: old } = await install(on, `${NAME}@1.0.0`, learner);
    await publish(await packed("1.1.0", { keys }, { "hints.md": "## One\n\nDouble it.\n" }), instructor);
    const { candidate, pack: updated } = await install(on, NAME, learner);
    assert.deepEqual([candidate.trust, candidate.replaces?.version, updated.version], ["same", "1.0.0", "1.1.0"]);
    assert.deepEqual(
      (await on.packs()).map(({ version }) => version),
      ["1.1.0"],
    );
    assert.equal((await on.version(old.digest))?.version, "1.0.0");
  });

  it("is refused under another key, until that key is accepted", async () => {
    const on = await shelf();
    await install(on, `${NAME}@1.0.0`, learner);
    await publish(await packed("1.2.0", { keys: { signing: generateKey().privateKey } }), instructor);
    const candidate = await on.examine(await fetchPack(`${NAME}@1.2.0`, learner));
    assert.equal(candidate.trust, "changed");
    await assert.rejects(on.install(candidate), saying(/another key than the version that you have/));
    assert.equal((await on.packs())[0]?.version, "1.0.0");
    assert.equal((await on.install(candidate, { acceptKey: true })).version, "1.2.0");
  });

  it("says that it was published unproven", async () => {
    await publish(await pack(await readPack(await tinyPack("1.3.0")), { keys, forced: "a draft" } as never), instructor);
    const { candidate } = await install(await shelf(), `${NAME}@1.3.0`, learner);
    assert.equal(candidate.forced, true);
  });

  it("is installed from npm's cache where there is no connection", async () => {
    await fetchPack(`${NAME}@1.0.0`, learner);
    const { source } = await fetchPack(`${NAME}@1.0.0`, { ...learner, offline: true });
    assert.equal(source.kind, "registry");
    await assert.rejects(fetchPack(`${NAME}@1.0.0`, { dist, cwd: await userOf(registry), offline: true }), saying(/not in npm's cache/));
  });

  it("that was tampered with on the registry is refused, and leaves nothing behind", async () => {
    await publish(await packed("2.0.0"), instructor);
    const folder = path.join(registry.storage, NAME);
    const file = path.join(folder, (await readdir(folder)).find((name) => name.includes("2.0.0")) as string);
    const archive = await readFile(file);
    archive[archive.length >> 1] = (archive[archive.length >> 1] as number) ^ 1;
    await writeFile(file, archive);
    await assert.rejects(fetchPack(`${NAME}@2.0.0`, { dist, cwd: await userOf(registry) }), saying(/digest is another/));
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

describe("a download that breaks off", () => {
  it("installs nothing, is told, and succeeds when the server is back", async () => {
    const archive = (await packed("1.0.0")).archive;
    let whole = false;
    const server = http.createServer((_, answer) => {
      answer.writeHead(200, { "content-length": archive.length });
      if (whole) return void answer.end(archive);
      answer.write(archive.subarray(0, archive.length >> 1), () => answer.destroy());
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/tiny.tgz`;
    const options = { dist, cwd: await userOf({ url: "http://127.0.0.1:9/" } as Registry) };
    const on = await shelf();
    await assert.rejects(install(on, url, options), saying(/could not be fetched.*try again/));
    assert.deepEqual(await on.packs(), []);
    whole = true;
    assert.equal((await install(on, url, options)).pack.version, "1.0.0");
    server.close();
  });

  it("of a registry that is stopped in the middle of it installs nothing, and succeeds when the registry is back", async () => {
    const registry = await startRegistry();
    const root = await tinyPack("1.0.0");
    await mkdir(path.join(root, "01-double/oracle"));
    await writeFile(path.join(root, "01-double/oracle/noise.bin"), randomBytes(7e6)); // more than a socket holds, and as much as the registry takes
    await publish(await pack(await readPack(root), { keys }), { dist, cwd: await userOf(registry, "ada") });
    const learner = { dist, cwd: await userOf(registry) };
    const on = await shelf();
    let stopping: Promise<void> | undefined;
    const onProgress = () => {
      stopping ??= registry.stop();
    };
    await assert.rejects(install(on, NAME, { ...learner, onProgress }), saying(/could not be fetched.*try again/));
    await stopping;
    await assert.rejects(install(on, NAME, learner), saying(/could not be fetched/));
    assert.deepEqual(await on.packs(), []);
    const again = await startRegistry({ port: Number(new URL(registry.url).port), storage: registry.storage });
    assert.equal((await install(on, NAME, learner)).pack.version, "1.0.0");
    await again.stop();
  });

  it("ends at once when it is cancelled", async () => {
    const server = http.createServer((_, answer) => void answer.writeHead(200, { "content-length": 1e6 }).write(Buffer.alloc(1000)));
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const cancellation = new AbortController();
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/tiny.tgz`;
    const fetching = fetchPack(url, { dist, cwd: await userOf({ url } as Registry), signal: cancellation.signal, onProgress: () => cancellation.abort() });
    await assert.rejects(fetching, (error: Error) => error.name === "AbortError");
    server.closeAllConnections();
    server.close();
  });
});

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

  it("with a private key among them are not published", async () => {
    const root = await tinyPack("1.0.0", { "oracle/key.txt": key.privateKey });
    await assert.rejects(async () => pack(await readPack(root), { keys }), saying(/oracle\/key\.txt is a private key.*Move it out/));
  });

  const taken: [what: string, manifest: object, exercise: object][] = [
    ["the id of a pack that comes with Practicum", { id: "built-in" }, { id: "tiny-02" }],
    ["the exercise of a pack that comes with Practicum", { id: "other" }, { id: "tiny-01" }],
  ];
  for (const [what, changes, exercise] of taken) {
    it(`with ${what} are refused: progress is kept by ids`, async () => {
      const builtIn = await temporary();
      await cp(await tinyPack("1.0.0"), path.join(builtIn, "tiny"), { recursive: true });
      await change(path.join(builtIn, "tiny/pack.json"), { id: "built-in" });
      const root = await tinyPack("1.0.0");
      await change(path.join(root, "pack.json"), changes);
      await change(path.join(root, "01-double/exercise.json"), exercise);
      const on = new Shelf(await temporary(), builtIn);
      await assert.rejects(
        fetchPack(root, { dist }).then((fetched) => on.examine(fetched)),
        saying(/has an id that Tiny has/),
      );
    });
  }

  it("that were changed where they are installed are refused", async () => {
    const folder = await temporary();
    const { pack: installed } = await install(new Shelf(folder), await tinyPack("1.0.0"), { dist });
    await writeFile(path.join(installed.folder, "01-double/hints.md"), "## Other\n");
    await assert.rejects(new Shelf(folder).packs(), saying(/changed on disk.*Install it again/));
  });

  it("come from a folder, an archive and a git repository alike", async () => {
    const folder = await tinyPack("1.0.0");
    const archive = path.join(await temporary(), "tiny.tgz");
    await writeFile(archive, writeArchive(await readFolder(folder)));
    const repository = await temporary();
    await cp(folder, repository, { recursive: true });
    await gitCommit(repository);
    const digests = [];
    for (const spec of [folder, archive, `git+file://${repository}`]) digests.push((await install(await shelf(), spec, { dist })).pack.digest);
    assert.equal(new Set(digests).size, 1);
  });
});

async function change(file: string, changes: object): Promise<void> {
  await writeFile(file, JSON.stringify({ ...JSON.parse(await readFile(file, "utf8")), ...changes }));
}

async function gitCommit(folder: string): Promise<void> {
  const { spawnSync } = await import("node:child_process");
  const who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"];
  for (const args of [
    ["init", "-q"],
    ["add", "."],
    [...who, "commit", "-qm", "Tiny"],
  ])
    assert.equal(spawnSync("git", args, { cwd: folder }).status, 0);
}
