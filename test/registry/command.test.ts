/** An instructor publishes and a learner installs, both by the command. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import http from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { after, before, describe, it } from "mocha";
import { readArchive, writeArchive } from "../../extension/packs/archive.ts";
import { requireLastingIds } from "../../extension/packs/publishedIds.ts";
import type { Grade } from "../../extension/protocol/grade.ts";
import { readPack } from "../../extension/supervisor/packStore.ts";
import { dist, REFERENCE } from "../processes/tinyPack.ts";
import { changeJson, tinyPack } from "./people.ts";
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

  practicum(...args: string[]): Promise<Ended> {
    return this.practicumIn({}, ...args);
  }

  async practicumIn(more: Readonly<Record<string, string>>, ...args: string[]): Promise<Ended> {
    const env = {
      ...process.env,
      ...more,
      PRACTICUM_HOME: path.join(this.home, "data"),
      PRACTICUM_KEYS: path.join(this.home, "keys"),
      PRACTICUM_FOLDER: this.home,
    };
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
    folder = await tinyPack("1.0.0", { "final.sealed.check.ts": SEALED });
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

  const unsigned: [what: string, env: Record<string, string>, says: RegExp][] = [
    ["outside of a CI service", {}, /generation not supported.*Provenance is given by a workflow of GitHub Actions or GitLab/],
    ["by a workflow that may not sign", { GITHUB_ACTIONS: "true" }, /requires "write" access to the "id-token" permission/],
    ["for a package that is not public", { GITHUB_ACTIONS: "true", ACTIONS_ID_TOKEN_REQUEST_URL: "http://127.0.0.1:9" }, /private package.*access=public/],
  ];
  for (const [what, env, says] of unsigned) {
    it(`is not published with provenance ${what}, and it is said why`, async () => {
      const { code, json } = await ada.practicumIn(env, "publish", folder, "--force", "a draft", "--provenance");
      assert.equal(code, 2);
      assert.match(`${json.error} ${json.remedy}`, says);
    });
  }

  it("asks the workflow that publishes it for its identity, to have its provenance signed", async () => {
    const asked: string[] = [];
    const actions = http.createServer(({ url = "", headers }, answer) => {
      asked.push(`${url} ${headers.authorization}`);
      answer.writeHead(403).end();
    });
    await new Promise<void>((listening) => actions.listen(0, "127.0.0.1", listening));
    const env = {
      GITHUB_ACTIONS: "true",
      ACTIONS_ID_TOKEN_REQUEST_URL: `http://127.0.0.1:${(actions.address() as AddressInfo).port}/token?v=1`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: "of the workflow",
      npm_config_access: "public",
      npm_config_fetch_retries: "0",
    };
    const { code, json } = await ada.practicumIn(env, "publish", folder, "--force", "a draft", "--provenance");
    actions.close();
    assert.deepEqual([code, asked[0]], [2, "/token?v=1&audience=sigstore Bearer of the workflow"], json.error);
    assert.match(json.error ?? "", /was not published: .*identity token/);
  });

  it("is not published under other ids than before, as learners have progress under those", async () => {
    const manifest = path.join(folder, "01-double/exercise.json");
    const text = await readFile(manifest, "utf8");
    await writeFile(manifest, text.replace("tiny-01", "tiny-one"));
    const lost = requireLastingIds("practicum-pack-tiny", await readPack(folder), { dist, cwd: ada.home });
    await assert.rejects(lost, /lose their progress: the id of 01-double was "tiny-01" and is now "tiny-one"/);
    await writeFile(manifest, text);
    await requireLastingIds("practicum-pack-tiny", await readPack(folder), { dist, cwd: ada.home });
    await requireLastingIds("practicum-pack-of-nobody", await readPack(folder), { dist, cwd: ada.home });
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
    const [row] = json.submissions as unknown as { differences: object[]; remarks: string[]; grade: Grade }[];
    assert.deepEqual([row?.differences, row?.remarks], [[{ title: "answers as only the instructor knows", after: "passed" }], []]);
    assert.equal(row?.grade.replay, undefined);
  });

  it("a submission whose record was embellished is found out", async () => {
    const files = new Map(await readArchive(await readFile(path.join(grace.home, "double.tgz"))));
    files.set("attempt/double.ts", Buffer.from(REFERENCE.replace("x.mul(2)", "x.mul(3)")));
    const embellished = path.join(await mkdtemp(path.join(os.tmpdir(), "practicum-submission-")), "double.tgz");
    await writeFile(embellished, writeArchive(files));
    const { code, json } = await ada.practicum("grade", "--submission", embellished);
    assert.equal(code, 1);
    const [row] = json.submissions as unknown as { differences: { title: string }[]; remarks: string[] }[];
    assert.ok(row?.differences.some(({ title }) => title === "doubles"));
    assert.match(row?.remarks[0] ?? "", /Its files are not those that were graded/);
  });

  it("an update that changes checks offers to grade again, and says what that changes", async () => {
    const attempt = path.join(grace.home, "attempt");
    assert.equal((await grace.practicum("grade", "tiny-01", attempt)).code, 0);
    const before = await readFile(path.join(attempt, "double.ts"), "utf8");
    const checks = path.join(folder, "01-double/double.check.ts");
    await writeFile(checks, `${await readFile(checks, "utf8")}${STRICTER}`);
    await changeJson(path.join(folder, "pack.json"), { version: "1.1.0" });
    assert.equal((await ada.practicum("publish", folder, "--force", "a second draft")).code, 0);
    const update = await grace.practicum("install", "practicum-pack-tiny", "--yes");
    assert.deepEqual(update.json.changedChecks, ["tiny-01"]);
    const again = await grace.practicum("grade", "--again");
    const [regraded] = again.json.regraded as unknown as { before: { version: string; score: number }; after: Grade; differences: object[] }[];
    assert.deepEqual([again.code, regraded?.before.version, regraded?.before.score], [1, "1.0.0", 4]);
    assert.deepEqual([regraded?.after.packVersion, regraded?.after.score, regraded?.after.points], ["1.1.0", 4, 5]);
    assert.deepEqual(regraded?.differences, [{ title: "answers as from now on", after: "failed" }]);
    assert.equal(await readFile(path.join(attempt, "double.ts"), "utf8"), before);
    assert.deepEqual((await grace.practicum("grade", "--again")).json.regraded, []);
  });

  it("is not taken back to an older version, unless that is asked for", async () => {
    const refused = await grace.practicum("install", "practicum-pack-tiny@1.0.0", "--yes");
    assert.equal(refused.code, 2);
    assert.match(`${refused.json.error} ${refused.json.remedy}`, /"Tiny" 1\.0\.0 is older than version 1\.1\.0, which is installed\..*--downgrade/);
    const { code, json } = await grace.practicum("install", "practicum-pack-tiny@1.0.0", "--yes", "--downgrade");
    assert.deepEqual([code, json.version, json.olderThan], [0, "1.0.0", "1.1.0"]);
    assert.equal((await grace.practicum("install", "practicum-pack-tiny", "--yes")).json.version, "1.1.0");
  });

  it("a class is graded file by file: what cannot be graded is told, and keeps nothing back", async () => {
    const submissions = await mkdtemp(path.join(os.tmpdir(), "practicum-class-"));
    const files = new Map(await readArchive(await readFile(path.join(grace.home, "double.tgz"))));
    await writeFile(path.join(submissions, "=ada.tgz"), writeArchive(files));
    files.set("attempt/double.ts", Buffer.from(REFERENCE.replace("x.mul(2)", "x.mul(3)")));
    await writeFile(path.join(submissions, "bob.tgz"), writeArchive(files));
    await writeFile(path.join(submissions, "eve.tgz"), "not an archive");
    const csv = path.join(submissions, "class.csv");
    assert.equal((await ada.practicum("install", "practicum-pack-tiny@1.0.0", "--yes")).code, 0);
    const { code, json } = await ada.practicum("grade", "--submission", submissions, "--csv", csv);
    const rows = json.submissions as unknown as { file: string; grade?: Grade; differences: object[] }[];
    assert.deepEqual(
      rows.map(({ file, grade, differences }) => [path.basename(file), grade?.outcome, grade?.score, differences.length]),
      [
        ["=ada.tgz", "passed", 7, 1],
        ["bob.tgz", "failed", 4, 3],
        ["eve.tgz", undefined, undefined, 0],
      ],
    );
    assert.equal(code, 2);
    const lines = (await readFile(csv, "utf8")).trim().split("\n");
    assert.equal(lines[0], "file,exercise,outcome,score,points,submitted score,checks that went another way,pack version,problem,remarks");
    assert.match(lines[2] ?? "", /bob\.tgz,tiny-01,failed,4,7,4,3,1\.0\.0,,Its files are not those that were graded/);
    assert.match(lines[3] ?? "", /eve\.tgz,,notGraded,,,,,,\S*eve\.tgz is not the archive that its name says/);
    const two = [path.join(submissions, "=ada.tgz"), path.join(submissions, "bob.tgz")];
    assert.equal((await ada.practicum("grade", "--submission", ...two)).code, 1);
    assert.equal((await ada.practicum("grade", "--submission", two[0] as string, two[0] as string)).code, 0);
    assert.match((await ada.practicum("grade", "--submission", await mkdtemp(path.join(os.tmpdir(), "practicum-empty-")))).json.error ?? "", /no submission/);
  });

  it("is not replaced by a stranger's pack of the same id, unless that is trusted too", async () => {
    const other = await tinyPack("1.1.0", { "hints.md": "## Other\n\nText.\n" });
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

const STRICTER = `check("answers as from now on", { points: 1, when: "save", ask: (impl: any) => impl.answer(), expect: exact.value(43) });
`;
const SEALED = `import { check, exact } from "practicum/check";
check("answers as only the instructor knows", { points: 3, when: "save", hidden: true, ask: (impl: any) => impl.answer(), expect: exact.value(() => 42) });
`;
