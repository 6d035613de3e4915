/** Which pack may take the place of which, and what a person has to accept for it. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { UserError } from "../../extension/errors.ts";
import { questionsOf, describe as tellOf } from "../../extension/packs/describe.ts";
import type { Candidate } from "../../extension/packs/shelf.ts";
import type { Installed, ShelfRecord } from "../../extension/packs/shelfRecord.ts";
import { newestAfter, requireAccepted, successionOf } from "../../extension/packs/succession.ts";

const ADA = { key: "key of Ada", fingerprint: "ada" };
const EVE = { key: "key of Eve", fingerprint: "eve" };

/** A pack's digest is that of its content: here the content is named after the version, unless another is meant. */
const version = (text: string, digest = `content of ${text}`) => ({ id: "tiny", title: "Tiny", version: text, digest, exercises: [] });

/** What the shelf remembers after these were installed, one after the other; all of it accepted. */
function after(...installs: readonly (readonly [pack: ReturnType<typeof version>, signer?: typeof ADA])[]): ShelfRecord {
  let record: ShelfRecord = { format: 1, packs: [], publishers: {}, newest: {} };
  for (const [pack, signer] of installs) {
    const newest = newestAfter(record, pack, successionOf(record, pack, signer));
    record = { ...record, packs: [pack as unknown as Installed], publishers: signer ? { tiny: signer.key } : {}, newest };
  }
  return record;
}
const removed = (record: ShelfRecord): ShelfRecord => ({ ...record, packs: [] });

function candidate(record: ShelfRecord, pack: ReturnType<typeof version>, signer: typeof ADA | undefined): Candidate {
  const fetched = { pack, signer, source: { spec: "tiny", kind: "archive", resolved: "tiny.tgz" }, forced: false };
  return { ...fetched, ...successionOf(record, pack, signer) } as unknown as Candidate;
}

describe("an older version than was installed", () => {
  const v = version;
  const had = (text: string) => after([v(text), ADA]);
  const { newest: _, ...beforeNewestWasKept } = had("1.1.0");
  const cases: [what: string, record: ShelfRecord, fetched: string, olderThan?: string][] = [
    ["the first of all", after(), "1.0.0"],
    ["a newer one", had("1.9.0"), "1.10.0"],
    ["the same one", had("1.1.0"), "1.1.0"],
    ["an older one", had("1.10.0"), "1.9.0", "1.10.0"],
    ["a prerelease of the next", had("1.1.0"), "2.0.0-beta.1"],
    ["the release after its prerelease", had("2.0.0-beta.1"), "2.0.0"],
    ["the prerelease after its release", had("2.0.0"), "2.0.0-beta.1", "2.0.0"],
    ["an earlier prerelease", had("2.0.0-beta.10"), "2.0.0-beta.9", "2.0.0-beta.10"],
    ["the last release, after a prerelease of the next", had("2.0.0-beta.1"), "1.1.0", "2.0.0-beta.1"],
    ["an older one after a removal", removed(had("1.1.0")), "1.0.0", "1.1.0"],
    ["the same one after a removal", removed(had("1.1.0")), "1.1.0"],
    ["the older one that was accepted", after([v("1.2.0"), ADA], [v("1.0.0"), ADA]), "1.0.0"],
    ["one between the accepted and the newest", after([v("1.2.0"), ADA], [v("1.0.0"), ADA]), "1.1.0", "1.2.0"],
    ["an older one of another author", after([v("9.0.0"), EVE]), "1.0.0", "9.0.0"],
    ["the next of another author, once accepted", after([v("9.0.0"), EVE], [v("1.0.0"), ADA]), "1.1.0"],
    ["an older one, by a record from before this was kept", { ...beforeNewestWasKept, newest: {} }, "1.0.0", "1.1.0"],
  ];
  for (const [what, record, fetched, olderThan] of cases) {
    it(`${what}: ${fetched} is ${olderThan ? `older than ${olderThan}` : "not older"}`, () =>
      assert.equal(successionOf(record, v(fetched), ADA).olderThan, olderThan));
  }

  it("holds without a signature too", () => {
    const { trust, olderThan } = successionOf(after([v("1.2.0")], [v("1.0.0")]), v("1.1.0"));
    assert.deepEqual([trust, olderThan], ["unsigned", "1.2.0"]);
  });
});

describe("a version that holds something else than when it was installed", () => {
  const other = version("1.1.0", "other content");
  const cases: [what: string, record: ShelfRecord, republished: boolean][] = [
    ["in the place of the installed one", after([version("1.1.0"), ADA]), true],
    ["after a removal", removed(after([version("1.1.0"), ADA])), true],
    ["as the older one that is installed", after([version("1.2.0"), ADA], [version("1.1.0"), ADA]), true],
    ["where another version is installed", after([version("1.0.0"), ADA]), false],
    ["once it is installed itself", after([version("1.1.0"), ADA], [other, ADA]), false],
  ];
  for (const [what, record, republished] of cases) {
    it(`${what}: ${republished ? "it is said" : "nothing to say"}`, () => {
      const found = candidate(record, other, ADA);
      assert.equal(found.republished, republished);
      assert.equal(
        tellOf(found).some(([label, value]) => label === "Changed" && /not what version 1\.1\.0 was/.test(value)),
        republished,
      );
    });
  }
});

describe("what a person has to accept", () => {
  const record = after([version("1.1.0"), ADA]);
  const cases: [what: string, found: Candidate, flags: string[], answers: string[]][] = [
    ["the next version by the same author", candidate(record, version("1.2.0"), ADA), [], []],
    ["an older version by the same author", candidate(record, version("1.0.0"), ADA), ["--downgrade"], ["Install Older Version"]],
    ["the next version by another", candidate(record, version("1.2.0"), EVE), ["--accept-key"], ["Install All the Same"]],
    ["the next version by nobody", candidate(record, version("1.2.0"), undefined), ["--accept-key"], ["Install All the Same"]],
    [
      "an older version by another",
      candidate(record, version("1.0.0"), EVE),
      ["--accept-key", "--downgrade"],
      ["Install All the Same", "Install Older Version"],
    ],
    ["the same version with other content", candidate(record, version("1.1.0", "other"), ADA), [], ["Trust and Install"]],
    ["what is installed", candidate(record, version("1.1.0"), ADA), [], []],
    ["what is installed, unsigned until now", candidate(after([version("1.1.0")]), version("1.1.0"), EVE), [], ["Trust and Install"]],
    [
      "an older version without signatures",
      candidate(after([version("1.1.0")]), version("1.0.0"), undefined),
      ["--downgrade"],
      ["Install Older Version", "Trust and Install"],
    ],
  ];
  for (const [what, found, flags, answers] of cases) {
    it(`for ${what}: ${flags.join(", ") || "no flag"}; ${answers.join(", ") || "no question"}`, () => {
      assert.deepEqual(
        questionsOf(found).map(({ yes }) => yes),
        answers,
      );
      const acceptance = { acceptKey: flags.includes("--accept-key"), downgrade: flags.includes("--downgrade") };
      requireAccepted(found, acceptance);
      for (const flag of flags) {
        const lacking = { ...acceptance, ...(flag === "--downgrade" ? { downgrade: false } : { acceptKey: false }) };
        assert.throws(
          () => requireAccepted(found, lacking),
          (error) => error instanceof UserError && error.remedy.includes(flag),
        );
      }
    });
  }

  it("a rollback names both versions, and how the newer one came to be known", () => {
    const older = version("1.0.0");
    assert.throws(() => requireAccepted(candidate(record, older, ADA), {}), { message: '"Tiny" 1.0.0 is older than version 1.1.0, which is installed.' });
    assert.throws(() => requireAccepted(candidate(removed(record), older, ADA), {}), {
      message: '"Tiny" 1.0.0 is older than version 1.1.0, which was installed before.',
    });
  });
});
