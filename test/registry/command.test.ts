/** An instructor publishes and a learner installs, both by the command. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before, describe, it } from "mocha";
import { dist, REFERENCE, tinyExercise } from "../processes/tinyPack.ts";
import { type Registry, startRegistry, userOf } from "./registry.ts";

interface Ended {
  readonly code: number | null;
  readonly json: Record<string, never> & { error?: string; remedy?: string };
}

/** Somebody with a home folder and an `.npmrc` of their own. */
class Person {
  readonly home: string;
  constructor(home: string) {
    this.home = home;
  }

  async practicum(...args: string[]): Promise<Ended> {
    const env = { ...process.env, PRACTICUM_HOME: path.join(this.home, "data"), PRACTICUM_KEYS: path.join(this.home, "keys"), PRACTICUM_FOLDER: this.home };
    const child = spawn(process.execPath, [path.join(dist, "practicum.mjs"), ...args, "--json"], { cwd: this.home, env });
    let stdout = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
    return { code, json: JSON.parse(stdout) };
  }
}

describe("packs by the command", function () {
  this.timeout(60_000);
  let registry: Registry;
  let ada: Person;
  let grace: Person;
  let folder: string;

  before(async () => {
    registry = await startRegistry();
    ada = new Person(await userOf(registry, "ada"));
    grace = new Person(await userOf(registry));
    folder = path.dirname((await tinyExercise({ "final.sealed.check.ts": SEALED })).folder);
  });
  after(() => registry.stop());

  it("an instructor makes keys, once", async () => {
    assert.equal((await ada.practicum("keygen")).code, 0);
    const again = await ada.practicum("keygen");
    assert.equal(again.code, 2);
    assert.match(again.json.error ?? "", /holds keys already/);
  });

  it("a dry run lists the files, and publishes nothing", async () => {
    const { code, json } = await ada.practicum("publish", folder, "--dry-run");
    assert.equal(code, 0);
    assert.deepEqual([json.signed, json.sealed], [true, ["01-double/final.sealed.check.ts.sealed"]]);
    assert.ok("01-double/README.md" in (json.files as unknown as object));
    assert.deepEqual((await grace.practicum("browse")).json.packs, []);
  });

  it("is published with its reason when it is not proven, and a learner is told", async () => {
    assert.equal((await ada.practicum("publish", folder, "--force", "a first draft")).code, 0);
    const { json } = await grace.practicum("browse", "tiny");
    assert.deepEqual(json.packs, [{ name: "practicum-pack-tiny", version: "1.0.0", title: "Tiny", exercises: 1, verified: "forced" }]);
  });

  it("is not installed without trust", async () => {
    const { code, json } = await grace.practicum("install", "practicum-pack-tiny");
    assert.equal(code, 2);
    assert.match(`${json.error} ${json.remedy}`, /somebody who trusts it.*--yes/);
    assert.ok(!JSON.stringify((await grace.practicum("list")).json).includes("tiny-01"));
  });

  it("is installed, listed, opened and graded; what is sealed is not asked there", async () => {
    assert.equal((await grace.practicum("install", "practicum-pack-tiny", "--yes")).code, 0);
    assert.ok(JSON.stringify((await grace.practicum("list")).json).includes("tiny-01"));
    const attempt = path.join(grace.home, "attempt");
    assert.equal((await grace.practicum("open", "tiny-01", attempt)).code, 0);
    await writeFile(path.join(attempt, "double.ts"), REFERENCE);
    const { code, json } = await grace.practicum("submit", "tiny-01", attempt, "--out", "double.tgz");
    assert.equal(code, 0);
    assert.deepEqual((json.grade as unknown as { points: number }).points, 4);
  });

  it("what was submitted is graded again by the instructor, with what is sealed", async () => {
    assert.equal((await ada.practicum("install", "practicum-pack-tiny", "--yes")).code, 0);
    const { code, json } = await ada.practicum("grade", "--submission", path.join(grace.home, "double.tgz"));
    assert.equal(code, 0);
    assert.deepEqual(json.differences, [{ title: "answers as only the instructor knows", after: "passed" }]);
  });

  it("a submission whose record was embellished is found out", async () => {
    const { readArchive, writeArchive } = await import("../../extension/packs/archive.ts");
    const files = new Map(await readArchive(await readFile(path.join(grace.home, "double.tgz"))));
    files.set("attempt/double.ts", Buffer.from(REFERENCE.replace("x.mul(2)", "x.mul(3)")));
    const embellished = path.join(await mkdtemp(path.join(os.tmpdir(), "practicum-submission-")), "double.tgz");
    await writeFile(embellished, writeArchive(files));
    const { code, json } = await ada.practicum("grade", "--submission", embellished);
    assert.equal(code, 1);
    assert.ok((json.differences as unknown as { title: string }[]).some(({ title }) => title === "doubles"));
  });

  it("is not replaced by a stranger's pack of the same id, unless that is trusted too", async () => {
    const other = path.dirname((await tinyExercise({ "hints.md": "## Other\n\nText.\n" })).folder);
    const unsigned = new Person(await userOf(registry));
    assert.equal((await unsigned.practicum("install", folder, "--yes")).code, 0);
    const { code, json } = await unsigned.practicum("install", other);
    assert.equal(code, 2);
    assert.match(json.error ?? "", /only by somebody who trusts its author/);
    const signed = await grace.practicum("install", other, "--yes");
    assert.match(signed.json.error ?? "", /is not signed, though the version that you have was/);
  });

  it("is taken away again", async () => {
    assert.equal((await grace.practicum("remove", "tiny")).code, 0);
    assert.ok(!JSON.stringify((await grace.practicum("list")).json).includes("tiny-01"));
  });
});

const SEALED = `import { check, exact } from "practicum/check";
check("answers as only the instructor knows", { points: 3, when: "save", hidden: true, ask: (impl: any) => impl.answer(), expect: exact.value(() => 42) });
`;
