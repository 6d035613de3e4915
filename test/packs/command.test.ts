/** The command by which a pack is proven. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { before, describe, it } from "mocha";
import type { PackProof } from "../../extension/packs/proof.ts";
import { DIST } from "../tools/paths.ts";
import { GOOD, packOf } from "./faulty.ts";

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const practicum = (...args: readonly string[]): Promise<Ended> =>
  new Promise((resolve) => {
    execFile(process.execPath, [path.join(DIST, "practicum.mjs"), ...args], (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr });
    });
  });

describe("practicum verify", function () {
  this.timeout(120_000);
  let good: string;
  before(async () => {
    good = await packOf({ "01-half": GOOD });
  });

  it("0: proven; prints the kill matrix, and writes it as JSON and Markdown", async () => {
    const out = await mkdtemp(path.join(os.tmpdir(), "practicum-out-"));
    const [json, markdown] = [path.join(out, "proof.json"), path.join(out, "PROOF.md")];
    const { code, stdout } = await practicum("verify", good, "--fast", "--no-cache", "--json", json, "--markdown", markdown);
    assert.equal(code, 0, stdout);
    assert.match(stdout, /^✔ 01 Half {2}.*seeds \d+(, \d+){4}$/m);
    assert.match(stdout, /^ +1 +half of each element +\S+ +\S+ +0\.0001 rel\. \+ 0\.0001 abs\./m);
    assert.match(stdout, /^ +misconceptions\/doubles +✗!$/m);
    assert.match(stdout, /^1 exercise proven, without the slow checks/m);
    assert.equal((JSON.parse(await readFile(json, "utf8")) as PackProof).proven, true);
    assert.match(await readFile(markdown, "utf8"), /^\| misconceptions\/doubles \| ✗! \|$/m);
  });

  it("1: refused, with file and line", async () => {
    const { code, stdout } = await practicum(
      "verify",
      await packOf({ "01-half": { ...GOOD, "half.check.ts": "export const x = = 1;" } }),
      "--fast",
      "--no-cache",
    );
    assert.equal(code, 1, stdout);
    assert.match(stdout, /^ {2}01-half\/half\.check\.ts:1: .*Expression expected/m);
  });

  it("2: could not verify", async () => {
    const { code, stderr } = await practicum("verify", good, "--fast", "--exercise", "7");
    assert.equal(code, 2);
    assert.match(stderr, /The pack has no exercise "7"\.\nIt has 01-half\./);
  });
});
