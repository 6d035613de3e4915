/** A pack is a stranger's: its archive, its names and its manifests. What is refused is said in a sentence, and costs no more than its limits. */
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, symlink, truncate, writeFile } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { after, before, describe, it } from "mocha";
import { UserError } from "../../extension/errors.ts";
import { readArchive } from "../../extension/packs/archive.ts";
import { fetchPack, readFolder, searchPacks } from "../../extension/packs/registry.ts";
import { Shelf } from "../../extension/packs/shelf.ts";
import { dist, tinyExercise } from "../processes/tinyPack.ts";
import { ARCHIVES, archiveOf, FOREIGN } from "./archives.ts";

const SENTENCE = 500;

/** In one sentence that fits a line or two, and does nothing to a terminal. */
function saysPlainly(error: unknown, because: RegExp): true {
  assert.ok(error instanceof UserError, String(error));
  assert.match(error.message, because);
  assert.ok(error.message.length <= SENTENCE, error.message.slice(0, 1000));
  assert.doesNotMatch(error.message, /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
  assert.ok(error.remedy.length > 0);
  return true;
}

describe("an archive of a stranger", function () {
  this.timeout(60_000);
  for (const [what, archive, because] of ARCHIVES) {
    it(`with ${what} is refused`, () => assert.rejects(readArchive(archive()), (error) => saysPlainly(error, because)));
  }

  it("that other programs make in earnest is read", async () => {
    const files = await readArchive(FOREIGN.archive());
    assert.deepEqual(Object.fromEntries([...files].map(([file, content]) => [file, content.toString()])), FOREIGN.files);
  });
});

const source = { spec: "x", kind: "archive", resolved: "x" } as const;
const temporary = () => mkdtemp(path.join(os.tmpdir(), "practicum-hostile-"));

describe("a manifest of a stranger", () => {
  const manifest = { format: 1, id: "tiny", version: "1.0.0", title: "Tiny", exercises: ["01-double"] };
  const manifests: readonly [what: string, text: string, because: RegExp][] = [
    ["no JSON", "root:x:0:0", /pack\.json is not JSON/],
    ["nothing", "", /pack\.json is not JSON/],
    ["null", "null", /pack\.json: must be object/],
    ["a list of lists, a hundred thousand deep", "[".repeat(100_000), /pack\.json is not JSON/],
    ["lists that end, fifty thousand deep", `${"[".repeat(50_000)}${"]".repeat(50_000)}`, /must be object/],
    ["two million characters", JSON.stringify({ ...manifest, title: "x".repeat(2_000_000) }), /longer than a million characters/],
    [
      "ten thousand fields that are none",
      JSON.stringify({ ...manifest, ...Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`f${i}`, 1])) }),
      /Unrecognized keys/,
    ],
    ["ten thousand exercises that are none", JSON.stringify({ ...manifest, exercises: Array.from({ length: 10_000 }, () => "\u001b[2J") }), /; and \d+ more/],
    ["a field that moves the cursor", JSON.stringify({ ...manifest, "\u001b[2J\u001b[H": 1 }), /Unrecognized key/],
    ["an exercise above", JSON.stringify({ ...manifest, exercises: ["../../etc"] }), /exercises\[0\] must be a number and a name/],
    ["an id that is a way out", JSON.stringify({ ...manifest, id: "../../x" }), /id must be lower-case/],
    ["a prototype", '{"__proto__": {"format": 1, "id": "tiny", "version": "1.0.0", "title": "Tiny", "exercises": ["01-double"]}}', /format .*1/],
    ["a version of a megabyte", JSON.stringify({ ...manifest, version: `1.0.0-${"9".repeat(900_000)}` }), /version must be a version/],
    ["a title that turns the direction of writing", JSON.stringify({ ...manifest, title: "\u202eyniT" }), /must not hold characters that do not show/],
  ];
  for (const [what, text, because] of manifests) {
    it(`that is ${what} is refused`, async () => {
      const files = await readFolder(path.dirname((await tinyExercise()).folder));
      files.set("pack.json", Buffer.from(text));
      const folder = await temporary();
      await assert.rejects(new Shelf(folder).examine({ files, source }), (error) => saysPlainly(error, because));
      assert.deepEqual(await readdir(folder), []);
    });
  }
});

describe("a folder of a stranger", () => {
  const folders: readonly [what: string, make: (folder: string) => unknown, because: RegExp][] = [
    ["a link", (folder) => symlink("/etc/passwd", path.join(folder, "x.ts")), /x\.ts is neither a file nor a folder/],
    ["a link to itself", (folder) => symlink("x", path.join(folder, "x")), /x is neither a file nor a folder/],
    ["a pipe", (folder) => execFileSync("mkfifo", [path.join(folder, "x.ts")]), /x\.ts is neither a file nor a folder/],
    ["a file of a gigabyte", (folder) => huge(path.join(folder, "x.onnx"), 2 ** 30), /x\.onnx is larger than 100 MiB/],
    ["files of 270 MiB", (folder) => Promise.all([1, 2, 3].map((i) => huge(path.join(folder, `${i}.onnx`), 90 * 2 ** 20))), /holds more than 200 MiB/],
    [
      "names that differ in case only",
      (folder) => Promise.all(["A.ts", "a.ts"].map((file) => writeFile(path.join(folder, file), ""))),
      /has the same name as "[Aa]\.ts"/,
    ],
    ["a line end in a name", (folder) => writeFile(path.join(folder, "a\nb.ts"), ""), /not every system can store/],
  ];
  async function huge(file: string, bytes: number): Promise<void> {
    await writeFile(file, "");
    await truncate(file, bytes);
  }
  for (const [what, make, because] of folders) {
    it(`with ${what} is refused`, async function () {
      if (process.platform !== "linux") this.skip(); // others have no such files
      const folder = await temporary();
      await make(folder);
      await assert.rejects(readFolder(folder), (error) => error instanceof UserError && because.test(error.message));
    });
  }
});

describe("a registry of a stranger", function () {
  this.timeout(60_000);
  let answer: (response: ServerResponse, url: string) => void = (response) => response.end();
  const server = createServer((request, response) => answer(response, request.url ?? ""));
  let home = "";
  before(async () => {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    home = await temporary();
    await writeFile(path.join(home, ".npmrc"), `registry=${address()}\ncache=${path.join(home, "cache")}\nfetch-retries=0\n`);
  });
  after(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const options = () => ({ dist, cwd: home });
  const json = (value: unknown) => (response: ServerResponse) => response.setHeader("content-type", "application/json").end(JSON.stringify(value));
  const packument = (name: string, more: object = {}) => ({
    name,
    "dist-tags": { latest: "1.0.0" },
    versions: { "1.0.0": { name, version: "1.0.0", dist: { tarball: `${address()}${name}.tgz`, ...more } } },
  });

  it("that sends an archive without end is left", async () => {
    let left: Promise<unknown> | undefined;
    answer = (response, url) => {
      if (!url.endsWith(".tgz")) return json(packument("endless"))(response);
      left = once(response, "close");
      let sent = 0;
      const more = () => {
        for (let room = true; room && sent < 70; sent++) room = response.write(Buffer.alloc(2 ** 20)); // and then it waits
      };
      response.on("drain", more);
      more();
    };
    const { code, stderr } = await install("endless");
    assert.deepEqual([code, stderr.trim().split("\n")], [2, ["The archive is larger than 64 MiB.", "Nothing was installed. Tell whoever made the pack."]]);
    await left;
  });

  /** As a person does; a process of its own, which has to end. */
  async function install(name: string) {
    const env = { ...process.env, PRACTICUM_HOME: path.join(home, "shelf"), PRACTICUM_FOLDER: home };
    const child = spawn(process.execPath, [path.join(dist, "practicum.mjs"), "install", name, "--yes"], {
      cwd: home,
      env,
      stdio: ["ignore", "ignore", "pipe"],
    });
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    const [code] = (await once(child, "close")) as [number | null];
    return { code, stderr };
  }

  const archives: readonly [what: string, send: (response: ServerResponse, url: string) => void, because: RegExp][] = [
    ["a page in the place of a package", (response) => response.end("<html>"), /registry's answer is no package/],
    ["a package without versions", (response) => json({ name: "odd" })(response), /registry's answer is no package/],
    ["a list in the place of a package", (response) => json([])(response), /registry's answer is no package/],
    [
      "an archive with another digest",
      (response, url) =>
        url.endsWith(".tgz") ? response.end(archiveOf([])) : json(packument("odd", { integrity: `sha512-${Buffer.alloc(64).toString("base64")}` }))(response),
      /did not arrive as it was published/,
    ],
    [
      "a page in the place of an archive",
      (response, url) => (url.endsWith(".tgz") ? response.end("<html>") : json(packument("odd"))(response)),
      /The archive cannot be read/,
    ],
  ];
  for (const [what, send, because] of archives) {
    it(`that sends ${what} is told`, async () => {
      answer = send;
      await assert.rejects(fetchPack(`odd-${archives.findIndex(([name]) => name === what)}`, options()), (error) => saysPlainly(error, because));
    });
  }

  const found = (more: object) => ({ package: { name: "practicum-pack-x", version: "1.0.0", keywords: ["practicum-pack"], ...more } });
  const searches: readonly [what: string, value: unknown, names: readonly string[] | RegExp][] = [
    ["results that are none", { objects: [null, 7, {}, { package: null }, { package: { name: 7 } }, found({})] }, ["practicum-pack-x"]],
    ["keywords that are none", { objects: [found({ keywords: [7, null] }), found({ keywords: "practicum-pack" })] }, []],
    ["ten thousand results", { objects: Array.from({ length: 10_000 }, () => found({})) }, Array.from({ length: 250 }, () => "practicum-pack-x")],
    ["names that move the cursor", { objects: [found({ name: "\u001b[2Jx\n\u202ey" })] }, ["[2Jx y"]],
    ["a name of a megabyte", { objects: [found({ name: "x".repeat(1_000_000) })] }, ["x".repeat(500)]],
    ["a text", "practicum-pack", /answer to a search is none/],
    ["no list", { objects: { length: 5 } }, /answer to a search is none/],
  ];
  for (const [what, value, expected] of searches) {
    it(`that finds ${what} shows what is one`, async () => {
      answer = json(value);
      const search = searchPacks("", options());
      if (expected instanceof RegExp) return assert.rejects(search, (error) => saysPlainly(error, expected));
      assert.deepEqual(
        (await search).map(({ name }) => name),
        expected,
      );
    });
  }
});
