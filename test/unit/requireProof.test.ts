import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { PackProof } from "../../extension/packs/proof.ts";
import { requireProof } from "../../extension/packs/requireProof.ts";

const proof = (part: Partial<PackProof>): PackProof => ({
  pack: "x",
  version: "1.0.0",
  digest: "a",
  title: "X",
  tier: "run",
  proven: true,
  problems: [],
  exercises: [],
  ms: 1,
  ...part,
});
const problem = { file: "01-a/hints.md", line: 3, message: "There are no hints.", remedy: "Write some." };

describe("what is published", () => {
  it("is what was proven", () => requireProof(proof({}), { digest: "a" }));
  it("is nothing else: not what was edited meanwhile", () => assert.throws(() => requireProof(proof({}), { digest: "b" }), /has changed while it was proven/));
  it("is not refused without a reason and its place", () =>
    assert.throws(
      () => requireProof(proof({ proven: false, problems: [problem, problem] }), { digest: "a" }),
      /01-a\/hints\.md:3: There are no hints\. \(and 1 more\)/,
    ));
});
