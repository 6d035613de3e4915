import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Exercise } from "../../extension/exercise/model.ts";
import { digestOf } from "../../extension/supervisor/seeds.ts";
import { Disk, UnreadAttempt } from "../../extension/ui/disk.ts";
import type { OnDisk } from "../../extension/ui/standing.ts";

const TEXT = "export const a = 1;\n";
const inItsPlace = (entry: string) => {
  rmSync(entry);
  mkdirSync(entry);
};
const never = new AbortController().signal;

describe("an attempt on disk", () => {
  let folder: string;
  let disk: Disk;
  const told: (OnDisk | string)[] = [];
  const attempt = () => ({ exercise: { entry: "a.ts", slug: "1-a" } as Exercise, folder });

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "disk-"));
    writeFileSync(path.join(folder, "a.ts"), TEXT);
    told.length = 0;
    disk = new Disk({ sees: (_, seen) => told.push(seen), reads: (_, digest) => told.push(`graded ${digest}`), accepts: () => told.push("accepted") });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("is looked at by its digest, which a grade has as well", async () => {
    const digest = digestOf({ "a.ts": TEXT });
    await disk.look(attempt());
    assert.deepEqual((await disk.read(attempt(), never)).files, { "a.ts": TEXT });
    assert.deepEqual(told, [{ digest }, { digest }, `graded ${digest}`]);
  });

  it("may be put there by us", async () => {
    await disk.accept(attempt());
    assert.deepEqual(told, [{ digest: digestOf({ "a.ts": TEXT }) }, "accepted"]);
  });

  it("tells nothing where the grade that it was read for is over", async () => {
    await assert.rejects(disk.read(attempt(), AbortSignal.abort()), { name: "AbortError" });
    assert.deepEqual(told, []);
  });

  const gone: readonly [what: string, change: (entry: string) => void, text: string][] = [
    ["the entry is deleted", (entry) => rmSync(entry), "a.ts is missing"],
    ["the folder is deleted", (entry) => rmSync(path.dirname(entry), { recursive: true }), "a.ts is missing"],
    ["a folder stands in the place of the entry", inItsPlace, "a.ts can't be read"],
  ];
  for (const [what, change, text] of gone) {
    it(`says "${text}" where ${what}`, async () => {
      change(path.join(folder, "a.ts"));
      await disk.look(attempt());
      const [seen] = told as [OnDisk];
      assert.ok("reason" in seen && seen.reason.length > 0);
      assert.equal(seen.text, text);
    });
  }

  it("is unread for a grade where the entry is deleted", async () => {
    rmSync(path.join(folder, "a.ts"));
    await assert.rejects(disk.read(attempt(), never), UnreadAttempt);
    assert.deepEqual(
      told.map((seen) => typeof seen === "object" && "text" in seen && seen.text),
      ["a.ts is missing"],
    );
  });
});
