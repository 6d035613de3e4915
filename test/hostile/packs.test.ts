/** A pack is a stranger's: its archive, its names and its manifests. What is refused is said in a sentence, and costs no more than its limits. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { UserError } from "../../extension/errors.ts";
import { readArchive } from "../../extension/packs/archive.ts";
import { ARCHIVES, FOREIGN } from "./archives.ts";

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
