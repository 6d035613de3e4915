/** Where the command is started: odd tools on the PATH, odd folders, an output that takes nothing. A shell's lines, as a learner or a script would write them. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before, describe, it } from "mocha";
import { Practicum } from "../cli/practicum.ts";
import { descendantsOf } from "../processes/children.ts";
import { dist, REFERENCE } from "../processes/tinyPack.ts";

interface Row {
  readonly that: string;
  /** In a folder of its own that holds a right attempt, `right`, and a wrong one, `wrong`; `tool NAME LINES` makes a program that comes first on the PATH. */
  readonly does: string;
  readonly code: number;
  readonly says: RegExp;
}

const GRADE = "practicum grade 1 right --fast --json";
const WITHIN = 'while [ "$1" != "--" ]; do shift; done; shift; exec "$@"';
const MARKED = "31415"; // seconds of a sleep: ours to find
/** What the tool is and what is said of it; how long its silence may last is the probe's bound. */
const TOOLS: readonly Row[] = [
  {
    that: "a bwrap that holds nothing",
    does: `tool bwrap '${WITHIN}'; ${GRADE}`,
    code: 0,
    says: /"files can be read, files can be written, the network can be reached"/,
  },
  {
    that: "a bwrap that waits for a program of its own",
    does: `tool bwrap 'sleep ${MARKED}'; ${GRADE}`,
    code: 0,
    says: /"reason": "it did not answer within 10 s"/,
  },
  { that: "a bwrap that never ends", does: `tool bwrap 'exec sleep ${MARKED}'; ${GRADE}`, code: 0, says: /"reason": "it did not answer within 10 s"/ },
  { that: "a bwrap that speaks for what it holds", does: `tool bwrap 'echo {} >&4'; ${GRADE}`, code: 0, says: /"reason": "it ended with exit code 0"/ },
  { that: "a bwrap whose last line is two", does: `tool bwrap 'printf "no\\rreason" >&2; exit 1'; ${GRADE}`, code: 0, says: /"reason": "reason"/ },
  {
    that: "a folder that is named bwrap",
    does: `mkdir -p tools/bwrap; tool other ''; test "$(${GRADE} | held)" = "$(practicum_as_it_was | held)" && echo same`,
    code: 0,
    says: /^same$/m,
  },
  {
    that: "a bwrap that may not be started",
    does: `tool bwrap ''; chmod 644 tools/bwrap; test "$(${GRADE} | held)" = "$(practicum_as_it_was | held)" && echo same`,
    code: 0,
    says: /^same$/m,
  },
  {
    that: "a setpriv that never ends",
    does: `tool bwrap 'exit 1'; tool setpriv 'exec sleep ${MARKED}'; ${GRADE}`,
    code: 0,
    says: /"name": "landlock",\s+"reason": "Command failed: [^\n]*setpriv --help"/,
  },
];

const NO_FILES = "practicum grade 1 right --fast";
const PLACES: readonly Row[] = [
  {
    that: "a folder for temporary files that is not there",
    does: `TMPDIR=$PWD/gone ${NO_FILES}`,
    code: 2,
    says: /Temporary files could not be written to .*gone: its folder is not there\.\sSet TMPDIR/,
  },
  {
    that: "a file in the place of the folder for temporary files",
    does: `TMPDIR=/dev/full ${NO_FILES}`,
    code: 2,
    says: /part of its path is a file, not a folder/,
  },
  {
    that: "a working folder that was removed",
    does: "mkdir gone; cd gone; rmdir ../gone; practicum list",
    code: 2,
    says: /The folder that you are in is not there any more\./,
  },
];

const OUTPUT: readonly Row[] = [
  {
    that: "an output to a full disk",
    does: `${NO_FILES} > /dev/full`,
    code: 2,
    says: /What is printed could not be written: the disk is full\.\nFree some space/,
  },
  { that: "an object for programs to a full disk", does: `${GRADE} > /dev/full`, code: 2, says: /the disk is full/ },
  { that: "an output that nobody reads", does: "(practicum grade 1 wrong --fast; echo $? >&2) | true", code: 0, says: /^141$/m },
  {
    that: "a summary in the place of a submission",
    does: "practicum submit 1 right --out s.tgz >&2 && practicum grade --submission s.tgz --csv s.tgz",
    code: 2,
    says: /--csv names s\.tgz, which is read here and would be lost\./,
  },
  {
    that: "a summary, by a link, in the place of an archive of submissions",
    does: "practicum submit 1 right --out s.tgz >&2 && ln -s s.tgz s.csv && practicum grade --submission . --csv s.csv",
    code: 2,
    says: /would be lost/,
  },
  {
    that: "a submission in the place of the attempt",
    does: "practicum submit 1 right --out right/double.ts; code=$?; head -1 right/double.ts; (exit $code)",
    code: 2,
    says: /--out names .*double\.ts, which is read here[\s\S]*Name another|import \* as tf/,
  },
  {
    that: "a trace in the place of the attempt",
    does: "practicum run 1 right --no-grade --profile right/double.ts",
    code: 2,
    says: /--profile names .*double\.ts, which is read here/,
  },
  ...["", " 7", "0x10", "1e2", "+7"].map((seed) => ({
    that: `"${seed}" for a seed`,
    does: `practicum grade 1 right --seed '${seed}'`,
    code: 2,
    says: /is invalid\. It must be a whole number/,
  })),
];

const FUNCTIONS = `
practicum() { PATH=$PWD/tools:$PATH "$NODE" "$COMMAND" "$@" $(case $1 in list|grade|submit|run) echo --pack "$PACK";; esac); }
practicum_as_it_was() { "$NODE" "$COMMAND" grade 1 right --fast --json --pack "$PACK"; }
held() { sed -n '/"containment"/,/}/p'; }
tool() { mkdir -p tools; printf '#!/bin/sh\\n%s\\n' "$2" > tools/$1; chmod 755 tools/$1; }
mkdir right wrong; printf '%s' "$RIGHT" > right/double.ts; printf '%s' "$WRONG" > wrong/double.ts
`;

describe("the command, started with", function () {
  this.timeout(120_000);
  let pack = "";
  before(async function () {
    if (process.platform !== "linux") this.skip(); // others have no such tools, and no such files
    ({ pack } = await Practicum.with());
  });
  after(() => assert.deepEqual([descendantsOf(process.pid, dist), descendantsOf(1, MARKED)], [[], []]));
  for (const { that, does, code, says } of [...TOOLS, ...PLACES, ...OUTPUT]) {
    it(`${that}: exit code ${code}`, async () => {
      const at = await mkdtemp(path.join(os.tmpdir(), "practicum-environment-"));
      const { said, ended } = await sh(`${FUNCTIONS}${does}`, at, pack);
      assert.equal(ended, code, said);
      assert.match(said, says);
      assert.doesNotMatch(said, /This is a bug in Practicum|at .*\.mjs:\d+/);
    });
  }
});

function sh(script: string, at: string, pack: string): Promise<{ said: string; ended: number }> {
  const wrong = REFERENCE.replace("mul(2)", "mul(3)");
  const env = {
    ...process.env,
    NODE: process.execPath,
    COMMAND: path.join(dist, "practicum.mjs"),
    PACK: pack,
    RIGHT: REFERENCE,
    WRONG: wrong,
    PRACTICUM_FOLDER: at,
  };
  return new Promise((resolve) =>
    execFile("sh", ["-c", script], { env, cwd: at, encoding: "utf8" }, (error, stdout, stderr) =>
      resolve({ said: stdout + stderr, ended: error ? Number(error.code) : 0 }),
    ),
  );
}
