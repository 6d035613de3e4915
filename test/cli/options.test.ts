/** Every option of every command is used or refused: none is ignored in silence. */
import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import { REFERENCE } from "../processes/tinyPack.ts";
import { Practicum } from "./practicum.ts";

/** Everywhere. */
const COMMON = ["--json", "--verbose", "--help"];
/** Command -> its other options. Whoever adds one says here whether another leaves it without meaning, and adds a row below where one does. */
const OPTIONS: Readonly<Record<string, readonly string[]>> = {
  list: ["--pack"],
  open: ["--pack", "--merge"],
  run: ["--pack", "--seed", "--corpus", "--scale", "--backend", "--execution-provider", "--tensorboard", "--no-grade", "--profile", "--hints"],
  grade: ["--pack", "--seed", "--corpus", "--backend", "--fast", "--hints", "--again", "--submission", "--csv", "--keys"],
  submit: ["--pack", "--out"],
  "new pack": ["--title"],
  "new exercise": ["--in"],
  browse: ["--registry"],
  install: ["--registry", "--offline", "--yes", "--accept-key", "--downgrade"],
  remove: [],
  publish: ["--registry", "--dry-run", "--keys", "--unsigned", "--provenance", "--force"],
  keygen: [],
  verify: ["--exercise", "--fast", "--seeds", "--no-cache", "--markdown"],
  "install-backend": [],
  doctor: [],
};

/** What does not go together, and what is said. */
const REFUSED: readonly [args: readonly string[], says: RegExp][] = [
  [["grade", "1", "folder", "--submission", "x.tgz"], /The folder folder does not go with --submission/],
  [["grade", "--submission", "x.tgz", "--again"], /--again does not go with --submission/],
  [["grade", "--submission", "x.tgz", "--seed", "7"], /--seed does not go with --submission.*inputs that nobody has seen/],
  [["grade", "--submission", "x.tgz", "--seed", "0"], /--seed does not go with --submission/],
  [["grade", "--submission", "x.tgz", "--fast"], /--fast does not go with --submission.*All checks/],
  [["grade", "--submission", "x.tgz", "--hints"], /--hints does not go with --submission/],
  [["grade", "99", "--submission", "x.tgz"], /no exercise "99"/],
  [["grade", "--submission", "x.tgz", "--keys", "nowhere"], /no key in nowhere/],
  [["grade", "1", "folder", "--again"], /The folder folder does not go with --again/],
  [["grade", "--again", "--seed", "7"], /--seed does not go with --again/],
  [["grade", "--again", "--fast"], /--fast does not go with --again/],
  [["grade", "--again", "--hints"], /--hints does not go with --again/],
  [["grade", "--again", "--csv", "x.csv"], /--csv does not go with --again/],
  [["grade", "--again", "--keys", "keys"], /--keys does not go with --again/],
  [["grade", "--again", "--corpus", "nowhere.txt"], /corpus/],
  [["grade", "--submission", "x.tgz", "--corpus", "nowhere.txt"], /corpus/],
  [["grade", "1", "--csv", "x.csv"], /--csv does not go with grade <exercise>.*--submission/],
  [["grade", "1", "--keys", "keys"], /--keys does not go with grade <exercise>.*--submission/],
  [["grade"], /nothing named to grade[\s\S]*Name an exercise, a --submission, or --again/],
  [["run", "1", "--no-grade", "--hints"], /--hints does not go with --no-grade/],
  [["publish", "folder", "--unsigned", "--keys", "keys"], /--keys does not go with --unsigned/],
  [["install", "..", "--yes", "--registry", "http://localhost:9"], /--registry does not go with \.\.: that is not a package of a registry/],
  [["submit", "1", "--seed", "7"], /unknown option '--seed'/],
  [["submit", "1", "--fast"], /unknown option '--fast'/],
  ...["new pack x", "new exercise x", "browse", "install x", "remove x", "publish x", "keygen", "verify x", "install-backend", "doctor"].map(
    (command): [string[], RegExp] => [[...command.split(" "), "--pack", "x"], /unknown option '--pack'/],
  ),
];

describe("every option", function () {
  this.timeout(60_000);
  let practicum: Practicum;
  before(async () => {
    practicum = await Practicum.with();
  });

  it("of every command is in this table", async () => {
    const { stdout } = await practicum.run(["--help"]);
    const commands = Array.from(stdout.matchAll(/^ {2}([a-z-]+) (?:\[options\]|.*<|.*\[|.*$)/gm), ([, name]) => name).filter(
      (name) => name !== "help" && !name?.startsWith("-"),
    );
    assert.deepEqual([...new Set(Object.keys(OPTIONS).map((command) => command.split(" ")[0]))].sort(), commands.sort());
  });

  for (const [command, options] of Object.entries(OPTIONS)) {
    it(`of ${command} is in this table`, async () => {
      const { child, ended } = practicum.start([...command.split(" "), "--help"]);
      assert.ok(child.pid);
      const { stdout } = await ended;
      const found = Array.from(optionsIn(stdout), ([, name]) => name as string);
      assert.deepEqual([...found].sort(), [...new Set([...COMMON, ...options])].sort());
    });
  }

  for (const [args, says] of REFUSED) {
    it(`practicum ${args.join(" ")} is refused`, async () => {
      const { code, stdout, stderr } = await practicum.run(args);
      assert.match(stderr, says);
      assert.deepEqual([code, stdout], [2, ""]);
      assert.ok(!/^ +at /m.test(stderr), "no stack");
    });
  }

  it("that is refused with --json is an object", async () => {
    const { code, stdout } = await practicum.run(["grade", "--submission", "x.tgz", "--seed", "7", "--json"]);
    assert.deepEqual([code, JSON.parse(stdout).remedy], [2, "Leave one of them out."]);
  });

  it("of a dry run is said back", async () => {
    const { stdout } = await practicum.run(["publish", practicum.pack, "--dry-run", "--unsigned", "--registry", "http://localhost:9", "--provenance"]);
    assert.match(stdout, /dry run of practicum-pack-tiny@1\.0\.0 to http:\/\/localhost:9 with provenance\./);
  });

  it("--keys of submissions is looked at although nothing is sealed", async () => {
    const folder = await practicum.attempt("submitted", REFERENCE);
    await practicum.run(["submit", "1", folder, "--out", "x.tgz"]);
    assert.equal((await practicum.run(["grade", "1", "--submission", "x.tgz"])).code, 0);
    assert.match((await practicum.run(["grade", "1", "--submission", "x.tgz", "--keys", "nowhere"])).stderr, /no key in nowhere/);
  });
});

/** The lines of help that begin with an option. */
const optionsIn = (help: string) => help.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm);
