/** Submissions that somebody has forged, and folders as they come from a class: what the instructor is told, and what a mark comes from. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { before, describe, it } from "mocha";
import { Header } from "tar";
import { LIMITS, readArchive, writeArchive } from "../../extension/packs/archive.ts";
import { generateSealingKey, publicSealingKey, seal } from "../../extension/packs/seal.ts";
import { digestOf } from "../../extension/supervisor/seeds.ts";
import { type Ended, Practicum } from "../cli/practicum.ts";
import { doubling } from "../processes/grading.ts";
import { REFERENCE } from "../processes/tinyPack.ts";
import { tableFor } from "./tableFor.ts";
import { zipOf } from "./zipFile.ts";

type Record_ = Record<string, unknown> & { checks: { title: string; when: string; outcome: string }[]; points: number; digests: { attempt: string } };
type OnDisk = Readonly<Record<string, Buffer | string>>;

const SEED = 7;
const TRIPLES = doubling("return x.mul(3);");
/** Right on small inputs: the slow check asks with large ones. */
const FAST_ONLY = doubling("return x.mul(x.size > 100 ? 3 : 2);");

describe("submissions", function () {
  this.timeout(120_000);
  let practicum: Practicum;
  let honest: ReadonlyMap<string, Buffer>;
  let table: string;

  before(async () => {
    practicum = await Practicum.with();
    const folder = await practicum.attempt("honest", REFERENCE);
    assert.equal((await practicum.run(["submit", "1", folder, "--out", "honest.tgz"])).code, 0);
    honest = await readArchive(await readFile(path.join(practicum.folder, "honest.tgz")));
    table = await tableFor(practicum, SEED);
  });

  /** @param text of the attempt, with the digest that belongs to it unless `change` says otherwise */
  function forged(change: (grade: Record_) => void = () => {}, text = REFERENCE, more: OnDisk = {}): Buffer {
    const record = JSON.parse(recordText());
    record.grade.digests.attempt = digestOf({ "double.ts": text });
    change(record.grade);
    const files = new Map([...honest, ["attempt/double.ts", Buffer.from(text)], ["submission.json", Buffer.from(JSON.stringify(record))]] as const);
    for (const [file, content] of Object.entries(more)) files.set(file, Buffer.from(content));
    return writeArchive(files as Map<string, Buffer>);
  }
  const recordText = () => String(honest.get("submission.json"));
  const recordOf = (text: string) => writeArchive(new Map([...honest, ["submission.json", Buffer.from(text)]]));
  const raw = (change: (text: string) => string) => recordOf(change(JSON.stringify(JSON.parse(recordText()))));

  /** @returns a new folder that holds these files */
  async function folderOf(files: OnDisk): Promise<string> {
    const folder = await mkdtemp(path.join(os.tmpdir(), "practicum-class-"));
    for (const [file, content] of Object.entries(files)) {
      await mkdir(file.endsWith("/") ? path.join(folder, file) : path.dirname(path.join(folder, file)), { recursive: true });
      if (!file.endsWith("/")) await writeFile(path.join(folder, file), content);
    }
    return folder;
  }
  const gradeAll = (places: readonly string[], ...more: string[]): Promise<Ended> => practicum.run(["grade", ...more, "--submission", ...places]);

  type Row = [that: string, archive: () => Buffer, exitCode: number, says: RegExp, ...options: string[]];

  const onlyFast = (grade: Record_) => {
    grade.checks = grade.checks.filter(({ when }) => when === "save");
    grade.points = 3;
    Object.assign(grade, { tier: "save", score: 3 });
  };
  const forgeries: Row[] = [
    [
      "names the seed that its answers were written down for",
      () => forged((grade) => Object.assign(grade, { seed: SEED }), table),
      1,
      /4 points, failed[\s\S]*Submitted as 4\/4 points, passed[\s\S]*doubles: passed → failed/,
    ],
    [
      "names the tier that it passes",
      () => forged(onlyFast, FAST_ONLY),
      1,
      /3\/4 points, failed[\s\S]*Submitted as 3\/3 points, passed[\s\S]*doubles much: not asked → failed[\s\S]*with the fast checks alone/,
    ],
    ["says that a wrong attempt has passed", () => forged(undefined, TRIPLES), 1, /1\/4 points, failed[\s\S]*Submitted as 4\/4 points, passed/],
    [
      "holds other files than were graded",
      () => forged((grade) => Object.assign(grade.digests, { attempt: "0".repeat(64) })),
      0,
      /Its files are not those that were graded/,
    ],
    ["was graded on a chosen seed", () => forged((grade) => Object.assign(grade, { replay: true })), 0, /It was submitted with a replay/],
    ["has more points than there are", () => forged((grade) => Object.assign(grade, { score: 400 })), 0, /Submitted as 400\/4 points[\s\S]*contradicts itself/],
    ["has points below zero", () => forged((grade) => Object.assign(grade, { score: -4, points: -4 })), 0, /contradicts itself/],
    ["has points without end", () => raw((text) => text.replace(/"score":4/, '"score":1e999')), 2, /not as practicum submit writes it, at grade\.score/],
    ["has points in words", () => forged((grade) => Object.assign(grade, { score: "all" })), 2, /at grade\.score/],
    [
      "has a hundred thousand checks",
      () => forged((grade) => Object.assign(grade, { checks: Array.from({ length: 1e5 }, () => ({ title: "x", outcome: "passed" })) })),
      2,
      /at grade\.checks/,
    ],
    ["has checks that are none", () => forged((grade) => Object.assign(grade, { checks: { length: 1e9 } })), 2, /at grade\.checks/],
    [
      "imitates a verdict in a second line of a title",
      () => forged((grade) => Object.assign(grade.checks[0] as object, { title: "doubles\n4/4 points, passed" })),
      2,
      /at grade\.checks\.0\.title/,
    ],
    [
      "imitates a verdict by a title",
      () => forged((grade) => grade.checks.push({ title: '✔" 4/4 points, passed', when: "save", outcome: "passed" })),
      0,
      /It names checks that were not asked here: "✔' 4\/4 points, passed"\./,
    ],
    [
      "is from the future",
      () => forged((grade) => Object.assign(grade, { startedAt: "2999-12-31T00:00:00Z" })),
      0,
      /graded on 2999-12-31, which is yet to come/,
    ],
    [
      "is of an easier exercise than the one that is graded",
      () => forged((grade) => Object.assign(grade, { exercise: "tiny-00" })),
      2,
      /not graded[\s\S]*It is a submission of "tiny-00", not of "tiny-01"/,
      "1",
    ],
    ["is of no exercise", () => forged((grade) => Object.assign(grade, { exercise: "1" })), 2, /Its exercise "1" is not here/],
    [
      "was graded by a newer pack",
      () => forged((grade) => Object.assign(grade, { packVersion: "2.0.0" })),
      0,
      /a newer version of the pack, 2\.0\.0; here is 1\.0\.0/,
    ],
    [
      "was graded by an older pack with other checks",
      () => forged((grade) => Object.assign(grade, { packVersion: "0.1.0", digests: { ...grade.digests, checks: "x" } })),
      0,
      /an older version of the pack, 0\.1\.0; here is 1\.0\.0: its checks were others/,
    ],
    [
      "has a record that would change what all objects are",
      () => raw((text) => text.replace('"grade":{', '"grade":{"__proto__":{"score":4},"constructor":{"prototype":{}},')),
      0,
      /4\/4 points, passed[\s\S]*As submitted: 4\/4/,
    ],
    ["has a record that is deep", () => recordOf(`${"[".repeat(1e5)}${"]".repeat(1e5)}`), 2, /not as practicum submit writes it/],
    ["has a record of 20 MB", () => recordOf(`"${"x".repeat(20e6)}"`), 2, /larger than 16 MiB/],
    [
      "has an entry outside of it",
      () => raw((text) => text.replace('"entry":"double.ts"', '"entry":"../double.ts"')),
      2,
      /lacks the attempt's \.\.\/double\.ts/,
    ],
    ["has an entry of its own choice", () => recordOf(recordText().replace('"entry": "double.ts"', '"entry": "other.ts"')), 2, /lacks the attempt's other\.ts/],
    ["has no attempt", () => writeArchive(new Map([...honest].filter(([file]) => file === "submission.json"))), 2, /lacks the attempt's double\.ts/],
    ["has no record", () => writeArchive(new Map([...honest].filter(([file]) => file !== "submission.json"))), 2, /it lacks submission\.json/],
    ["has a path that leads out of it", () => tarOf("package/../../evil.ts", "File"), 2, /leads out of its folder/],
    ["has an absolute path", () => tarOf("/etc/evil.ts", "File"), 2, /has an absolute path/],
    ["holds a link", () => tarOf("package/attempt/double.ts", "SymbolicLink", "/etc/hostname"), 2, /is a SymbolicLink/],
    [
      "unpacks to more than may be",
      () => gzipSync(Buffer.alloc(LIMITS.totalBytes + LIMITS.entries * 1024 + 512)),
      2,
      /The archive is refused: it unpacks to more than 200 MiB/,
    ],
    ["holds an attempt of 9 MB", () => forged(undefined, REFERENCE, { "attempt/more.ts": "x".repeat(9e6) }), 2, /larger than 8 MiB/],
    ["is no archive", () => Buffer.from("4/4 points, passed"), 2, /is not the archive that its name says/],
  ];
  for (const [that, archive, exitCode, says, ...options] of forgeries) {
    it(`one that ${that} ends with ${exitCode}`, async () => {
      const folder = await folderOf({ "ada.tgz": archive() });
      const { code, stdout, stderr } = await gradeAll([path.join(folder, "ada.tgz")], ...options);
      assert.match(stdout + stderr, says);
      assert.equal(code, exitCode, stdout + stderr);
      assert.ok(!/This is a bug/.test(stderr), stderr);
    });
  }

  it("one that is not graded shows no score that could be taken for a mark", async () => {
    const folder = await folderOf({ "ada.tgz": forged((grade) => Object.assign(grade, { exercise: "tiny-00" })) });
    const { stdout } = await gradeAll([path.join(folder, "ada.tgz")], "--csv", path.join(folder, "class.csv"));
    assert.ok(!stdout.includes("4/4"), stdout);
    assert.match(await readFile(path.join(folder, "class.csv"), "utf8"), /ada\.tgz,tiny-00,notGraded,,,4,,,/);
  });

  describe("of a class", () => {
    type Class = [what: string, files: () => OnDisk, exitCode: number, says: readonly RegExp[]];
    const LINK = { bytes: Buffer.from("/etc/hostname"), mode: 0o120777 };
    const classes: Class[] = [
      [
        "the same files under two names",
        () => ({ "ada.tgz": forged(), "bob.tgz": forged() }),
        0,
        [/ada\.tgz: It has the same files as \S*bob\.tgz/, /bob\.tgz: It has the same files as \S*ada\.tgz/],
      ],
      [
        "the record of another's files",
        () => ({ "ada.tgz": forged(), "bob.tgz": forged((grade) => Object.assign(grade.digests, { attempt: digestOf({ "double.ts": REFERENCE }) }), TRIPLES) }),
        1,
        [/bob\.tgz: Its files are not those/, /bob\.tgz: Its record is that of the files in \S*ada\.tgz/],
      ],
      [
        "a pack that was newer",
        () => ({ "ada.tgz": forged((grade) => Object.assign(grade, { packVersion: "2.0.0" })), "bob.tgz": forged(undefined, TRIPLES) }),
        1,
        [/ada\.tgz: It was graded by a newer version/],
      ],
      [
        "a folder for each, and one in it",
        () => ({ "1/ada/x/double.tgz": forged(), "2/bob/double.tgz": forged(undefined, TRIPLES) }),
        1,
        [/ada\/x\/double\.tgz +tiny-01 +passed/, /bob\/double\.tgz +tiny-01 +failed/],
      ],
      [
        "a platform's zip, with zips in it",
        () => ({ "class.zip": zipOf({ "Ada 1/double.tgz": forged(), "Bob 2/my work.zip": zipOf({ "double.tgz": forged(undefined, TRIPLES) }) }) }),
        1,
        [/Ada 1\/double\.tgz +tiny-01 +passed/, /my work\.zip\/double\.tgz +tiny-01 +failed/],
      ],
      [
        "an archive of archives",
        () => ({
          "class.tgz": writeArchive(
            new Map([
              ["ada/double.tgz", forged()],
              ["bob/double.tgz", forged(undefined, TRIPLES)],
            ]),
          ),
        }),
        1,
        [/class\.tgz\/ada\/double\.tgz +tiny-01 +passed/],
      ],
      [
        "a file that is none of them",
        () => ({ "ada.tgz": forged(), "notes.txt": "ada was ill", ".DS_Store": "" }),
        0,
        [/notes\.txt is not a submission/, /\.DS_Store is a file of the system/],
      ],
      ["a learner who handed in nothing", () => ({ "ada.tgz": forged(), "bob/": "" }), 0, [/bob is an empty folder/]],
      ["code by itself", () => ({ "ada/double.ts": REFERENCE, "bob.tgz": forged() }), 2, [/double\.ts: .*is code by itself/, /bob\.tgz +tiny-01 +passed/]],
      [
        "a submission that was unpacked",
        () => ({ "ada/package/submission.json": "{}", "bob.tgz": forged() }),
        2,
        [/is part of a submission that was unpacked/],
      ],
      [
        "one that a browser has unpacked by half",
        () => ({ "ada.tar": tarBytes("package/submission.json", "File"), "bob.tgz": forged() }),
        2,
        [/unpacked by half/],
      ],
      [
        "another kind of archive",
        () => ({ "ada.7z": "7z", "bob.tgz": forged() }),
        2,
        [/ada\.7z is an archive of a kind that is not read here/, /bob\.tgz +tiny-01 +passed/],
      ],
      [
        "a damaged zip",
        () => ({ "ada.zip": zipOf({ "double.tgz": forged() }).subarray(0, 200), "bob.tgz": forged() }),
        2,
        [/ada\.zip cannot be read as a zip archive/],
      ],
      [
        "a zip with a path that leads out",
        () => ({ "class.zip": zipOf({ "../../ada.tgz": forged(), "bob.tgz": forged() }) }),
        2,
        [/has a path that leads out of its folder/, /bob\.tgz +tiny-01 +passed/],
      ],
      ["a zip with a link", () => ({ "class.zip": zipOf({ "ada.tgz": LINK, "bob.tgz": forged() }) }), 2, [/ada\.tgz is a link/, /bob\.tgz +tiny-01 +passed/]],
      [
        "an encrypted zip",
        () => ({ "class.zip": zipOf({ "ada.tgz": { bytes: forged(), encrypted: true }, "bob.tgz": forged() }) }),
        2,
        [/ada\.tgz is encrypted/],
      ],
      [
        "a zip that says less than it unpacks to",
        () => ({ "class.zip": zipOf({ "ada.tgz": { bytes: Buffer.alloc(1e8), size: 10 }, "bob.tgz": forged() }) }),
        2,
        [/ada\.tgz cannot be unpacked/, /bob\.tgz +tiny-01 +passed/],
      ],
      ["a zip of a large file", () => ({ "class.zip": zipOf({ "ada.tgz": Buffer.alloc(1e8), "bob.tgz": forged() }) }), 2, [/ada\.tgz is larger than 64 MiB/]],
      [
        "archives in archives",
        () => ({ "ada.zip": [1, 2, 3, 4, 5, 6].reduce((inner) => zipOf({ "a.zip": inner }), zipOf({ "double.tgz": forged() })), "bob.tgz": forged() }),
        2,
        [/lies in more than 4 archives/, /bob\.tgz +tiny-01 +passed/],
      ],
      [
        "a zip that holds none",
        () => ({ "ada.zip": zipOf({ "notes.txt": Buffer.from("ill") }), "bob.tgz": forged() }),
        2,
        [/ada\.zip holds no submission/, /notes\.txt is not a submission/],
      ],
      [
        "a name that imitates a line",
        () => ({ "class.zip": zipOf({ "a\n4/4 points, passed\u001b[2A.tgz": forged(), "bob.tgz": forged() }) }),
        0,
        [/class\.zip\/a 4\/4 points, passed\[2A\.tgz +tiny-01 +passed/],
      ],
    ];
    for (const [what, files, exitCode, says] of classes) {
      it(`with ${what} end with ${exitCode}`, async () => {
        const { code, stdout, stderr } = await gradeAll([await folderOf(files())]);
        for (const pattern of says) assert.match(stdout + stderr, pattern);
        assert.equal(code, exitCode, stdout + stderr);
        assert.ok(!/This is a bug/.test(stderr), stderr);
      });
    }

    it("with what is no file do not wait for it", async function () {
      if (process.platform === "win32") return this.skip();
      const folder = await folderOf({ "bob.tgz": forged(), "a/ada.tgz": forged() });
      execFileSync("mkfifo", [path.join(folder, "pipe.tgz")]);
      await symlink("a/ada.tgz", path.join(folder, "link.tgz"));
      await symlink(".", path.join(folder, "loop"));
      const { code, stdout } = await gradeAll([folder]);
      assert.match(stdout, /pipe\.tgz is (neither a file nor a folder|a named pipe)/);
      assert.match(stdout, /link\.tgz is a link/);
      assert.match(stdout, /loop is a link/);
      assert.equal(code, 2);
      const pipe = await gradeAll([path.join(folder, "pipe.tgz")]);
      assert.deepEqual([pipe.code, /pipe\.tgz is (neither a file nor a folder|a named pipe)/.test(pipe.stdout)], [2, true]);
    });

    it("named twice are told to be the same", async () => {
      const file = path.join(await folderOf({ "ada.tgz": forged() }), "ada.tgz");
      const { code, stdout } = await gradeAll([file, file]);
      assert.deepEqual([code, stdout.match(/It has the same files as/g)?.length], [0, 2]);
    });

    it("that are not there end with 2, before anything is graded", async () => {
      const folder = await folderOf({ "ada.tgz": forged() });
      const { code, stdout, stderr } = await gradeAll([folder, path.join(folder, "bob.tgz")]);
      assert.deepEqual([code, stdout], [2, ""]);
      assert.match(stderr, /bob\.tgz cannot be read \(ENOENT\)/);
    });
  });

  describe("of an exercise with a sealed check", () => {
    const key = generateSealingKey().privateKey;
    const SECRET =
      'import { check, exact } from "practicum/check";\ncheck("secret", { points: 3, when: "save", hidden: true, ask: (impl: any) => impl.answer(), expect: exact.value(() => 42) });\n';
    let sealed: Practicum;
    let place: string;
    before(async () => {
      sealed = await Practicum.with();
      const at = path.join(sealed.pack, "01-double");
      const closed = seal(new Map([["01-double/final.sealed.check.ts", Buffer.from(SECRET)]]), { id: "tiny", version: "1.0.0" }, publicSealingKey(key));
      for (const [file, content] of closed) await writeFile(path.join(at, path.basename(file)), content);
      place = path.join(await folderOf({ "ada.tgz": forged() }), "ada.tgz");
    });
    const keysOf = (pem?: string): Promise<string> => folderOf(pem === undefined ? {} : { "sealing.pem": pem });

    const keys: [what: string, keys: () => Promise<string>, exitCode: number, says: RegExp][] = [
      ["the key", () => keysOf(key), 0, /7\/7 points, passed[\s\S]*secret: not asked → passed/],
      ["a folder of keys that is not there", async () => "missing", 2, /Not graded: there is no key in missing[\s\S]*--keys/],
      ["a folder without keys", () => keysOf(), 2, /Not graded: there is no key in[\s\S]*--keys/],
      ["a folder that is none", () => keysOf(key).then((folder) => path.join(folder, "sealing.pem")), 2, /there is no key in .* that opens/],
      [
        "another key",
        () => keysOf(generateSealingKey().privateKey),
        2,
        /not graded[\s\S]*cannot be unsealed with this key[\s\S]*Use the key that the pack was published with/,
      ],
      ["a key that is none", () => keysOf("no key"), 2, /not an X25519 private key/],
    ];
    for (const [what, folder, exitCode, says] of keys) {
      it(`and ${what} end with ${exitCode}`, async () => {
        const { code, stdout, stderr } = await sealed.run(["grade", "--submission", place, "--keys", await folder()]);
        assert.match(stdout + stderr, says);
        assert.equal(code, exitCode, stdout + stderr);
        if (exitCode === 2) assert.ok(!/\d+\/\d+ points/.test(stdout), "a score that could be taken for a mark");
      });
    }
    it("and no keys at all end with 2", async () => {
      const { child, ended } = sealed.start(["grade", "--submission", place, "--json"], undefined, { env: { PRACTICUM_KEYS: await keysOf() } });
      assert.ok(child.pid);
      const { code, stdout } = await ended;
      const [row] = JSON.parse(stdout).submissions;
      assert.deepEqual([code, row.grade], [2, undefined]);
      assert.match(row.problem.message, /Not graded: there is no key/);
    });
    it("are asked the open checks by the learner's own grade, which says who asks the others", async () => {
      const { code, stdout } = await sealed.run(["grade", "1", await sealed.attempt("mine", REFERENCE)]);
      assert.equal(code, 0);
      assert.match(stdout, /4\/4 points, passed[\s\S]*1 sealed file of checks: your instructor asks those/);
    });
  });
});

/** One entry as no program of ours writes it. */
const tarOf = (file: string, type: "File" | "SymbolicLink", to = ""): Buffer => gzipSync(tarBytes(file, type, to));

function tarBytes(file: string, type: "File" | "SymbolicLink", to = ""): Buffer {
  const block = Buffer.alloc(512);
  new Header({ path: file, size: 0, mode: 0o644, type, linkpath: to, mtime: new Date(0) }).encode(block);
  return Buffer.concat([block, Buffer.alloc(1024)]);
}
