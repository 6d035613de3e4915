/** Disks that are full or read-only, real ones of a few kilobytes: what is told, and that nothing half-written stands where something whole was. */
import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { chmod, mkdtemp } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { before, describe, it } from "mocha";
import { Practicum } from "../cli/practicum.ts";
import { dist, REFERENCE } from "../processes/tinyPack.ts";

interface Row {
  readonly that: string;
  /** As `mount` has it. */
  readonly disk: string;
  /** A shell's commands on the disk; `practicum` is the command, `fill` leaves no space. The last one's exit code counts. */
  readonly does: string;
  readonly code: number;
  readonly says: RegExp;
  /** Paths and first words of what is left; of all but what `open` has made. */
  readonly left?: RegExp;
}

const attempt = "cp $REFERENCE double.ts; mkdir -p .practicum; printf '%s' \"$MARKER\" > .practicum/attempt.json";
const ROWS: readonly Row[] = [
  {
    that: "opening an exercise on a disk of 64 KiB",
    disk: "size=64k",
    does: "practicum open 1 .",
    code: 2,
    says: /could not be written: the disk is full\.\nFree some space/,
    left: /double\.ts import/,
  },
  { that: "opening an exercise where no more files can be made", disk: "size=4m,nr_inodes=8", does: "practicum open 1 .", code: 2, says: /the disk is full/ },
  {
    that: "opening again what is there on a full disk",
    disk: "size=4m",
    does: "practicum open 1 . >/dev/null && fill && practicum open 1 .",
    code: 0,
    says: /double\.ts \(kept as it is\)/,
  },
  {
    that: "opening again after space was made",
    disk: "size=900k",
    does: "fill; practicum open 1 . 2>&1; rm filling; practicum open 1 .",
    code: 0,
    says: /the disk is full[\s\S]*Read README\.md/,
    left: /\.practicum\/attempt\.json \{/,
  },
  {
    that: "an exercise on a disk that is read-only",
    disk: "size=1m",
    does: "mount -o remount,ro . && practicum open 1 .",
    code: 2,
    says: /could not be written: its disk is read-only\.\nChoose a place that you can write to/,
  },
  {
    that: "a submission on a full disk",
    disk: "size=1m",
    does: `${attempt}; echo whole > x.tgz; fill; practicum submit 1 . --out x.tgz`,
    code: 2,
    says: /could not be written to .*x\.tgz: the disk is full/,
    left: /x\.tgz whole/,
  },
  {
    that: "a grade on a full disk",
    disk: "size=1m",
    does: `${attempt}; echo '{"format":1,"exercises":{}}' > .practicum/progress.json; fill; practicum grade 1 . --fast`,
    code: 0,
    says: /Your progress was not kept\. .* could not be written: the disk is full/,
    left: /progress\.json \{"format":1,"exercises":\{\}\}/,
  },
  {
    that: "a grade on a disk that is read-only",
    disk: "size=1m",
    does: `${attempt}; echo '{"format":1,"exercises":{}}' > .practicum/progress.json; mount -o remount,ro . && practicum grade 1 . --fast`,
    code: 0,
    says: /Your progress was not kept\. .*its disk is read-only/,
  },
  {
    that: "damaged progress on a full disk",
    disk: "size=1m",
    does: `${attempt}; echo mine > .practicum/progress.json; fill; practicum grade 1 . --fast`,
    code: 0,
    says: /not kept/,
    left: /progress\.json mine/,
  },
  {
    that: "a new pack on a disk of 64 KiB",
    disk: "size=64k",
    does: "practicum new pack p",
    code: 2,
    says: /could not be written: the disk is full/,
    left: /^$/,
  },
  {
    that: "a proof on a full disk",
    disk: "size=1m",
    does: "echo whole > PROOF.md; fill; practicum verify $PACK --fast --no-cache --markdown PROOF.md",
    code: 2,
    says: /could not be written to .*PROOF\.md: the disk is full/,
    left: /PROOF\.md whole/,
  },
  {
    that: "a trace on a full disk",
    disk: "size=1m",
    does: `${attempt}; echo whole > t.json; fill; practicum run 1 . --no-grade --profile t.json`,
    code: 2,
    says: /could not be written to .*t\.json: the disk is full/,
    left: /t\.json whole/,
  },
  {
    that: "TensorBoard's events on a full disk",
    disk: "size=1m",
    does: `${attempt}; fill; practicum run 1 . --no-grade --tensorboard logs`,
    code: 2,
    says: /could not be written: the disk is full/,
  },
  {
    that: "a summary of submissions on a full disk",
    disk: "size=1m",
    does: `${attempt}; practicum submit 1 . --out x.tgz >/dev/null; echo whole > s.csv; fill; practicum grade --submission x.tgz --csv s.csv`,
    code: 2,
    says: /could not be written to .*s\.csv: the disk is full/,
    left: /s\.csv whole/,
  },
  { that: "keys on a full disk", disk: "size=64k", does: "fill; practicum keygen keys", code: 2, says: /the disk is full/, left: /^$/ },
  {
    that: "a reset on a full disk",
    disk: "size=1m",
    does: `${attempt}; fill; node $RESETS $PACK .`,
    code: 2,
    says: /could not be written: the disk is full/,
    left: /double\.ts import \* as tf/,
  },
];

const FUNCTIONS = `
practicum() { node "$COMMAND" "$@" --pack "$PACK"; }
fill() { dd if=/dev/zero of=filling bs=512 2>/dev/null; true; }
`;
/** A namespace of its own: the disk is gone with the shell. */
const inNamespace = (script: string, args: readonly string[]) => ["-rm", "sh", "-c", script, "sh", ...args];
const mountable = (): boolean => process.platform === "linux" && spawnSync("unshare", inNamespace("mount -t tmpfs -o size=64k tmpfs /mnt", [])).status === 0;

describe("on a real disk of its own", function () {
  this.timeout(120_000);
  let practicum: Practicum;
  before(async function () {
    if (!mountable()) {
      console.log("      (no disk can be mounted here: only /dev/full is tried, in files.test.ts)");
      this.skip();
    }
    practicum = await Practicum.with({ "variants/also.ts": REFERENCE });
    await chmod(practicum.pack, 0o755);
  });
  for (const { that, disk, does, code, says, left } of ROWS) {
    it(`${that}: exit code ${code}`, async () => {
      const at = await mkdtemp(path.join(os.tmpdir(), "practicum-disk-"));
      const known = does.replaceAll(/practicum (verify|keygen|new)([^;&]*)/g, 'node "$COMMAND" $1$2'); // these know no --pack
      const script = `mount -t tmpfs -o ${disk} tmpfs "$1" && cd "$1" && ${FUNCTIONS}\n${known}\ncode=$?; rm -f filling 2>/dev/null; echo ---left; find . -type f ! -path '*/types/*' | while read f; do printf '%s %s\\n' "$f" "$(head -c 40 "$f" | head -1)"; done; exit $code`;
      const { stdout, stderr, code: ended } = await sh(script, at, practicum.pack);
      const [said = "", rest = ""] = stdout.split("---left\n");
      assert.equal(ended, code, said + stderr);
      assert.match(said + stderr, says);
      assert.doesNotMatch(said + stderr, /This is a bug in Practicum/);
      assert.doesNotMatch(rest, /\.part |\.lock /);
      if (left) assert.match(rest, left);
    });
  }
});

function sh(script: string, at: string, pack: string): Promise<{ stdout: string; stderr: string; code: number }> {
  const env = {
    ...process.env,
    PATH: `${path.dirname(process.execPath)}:${process.env.PATH}`,
    COMMAND: path.join(dist, "practicum.mjs"),
    RESETS: path.join(import.meta.dirname, "resets.ts"),
    PACK: pack,
    REFERENCE: path.join(pack, "01-double/reference/double.ts"),
    MARKER: JSON.stringify({ format: 1, exercise: "tiny-01", pack: "tiny", packVersion: "1.0.0", scaffolded: {} }),
    PRACTICUM_FOLDER: at,
  };
  return new Promise((resolve) =>
    execFile("unshare", inNamespace(script, [at]), { env, encoding: "utf8" }, (error, stdout, stderr) =>
      resolve({ stdout, stderr, code: error ? Number(error.code) : 0 }),
    ),
  );
}
