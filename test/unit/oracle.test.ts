/** The graphs that judge are what their scripts write, byte for byte; `npm run oracles` writes them anew. */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "mocha";
import { oracleGraphs } from "../../extension/tools/oracles.ts";

const root = path.resolve(import.meta.dirname, "../..");
const graphs = await oracleGraphs();

describe("oracle graphs", () => {
  for (const [file, bytes] of Object.entries(graphs)) {
    it(`${path.relative(root, file)} is what its script writes`, () => assert.ok(Buffer.from(bytes).equals(readFileSync(file))));
  }

  it("none is without its script", () => {
    const committed = globSync("exercises/*/*/oracle/*.onnx", { cwd: root }).map((file) => path.join(root, file));
    assert.deepEqual(committed.sort(), Object.keys(graphs).sort());
  });
});
