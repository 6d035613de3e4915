/** The graphs that judge the minimal GPT are what their script writes, byte for byte. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "mocha";
import { graphs } from "../../exercises/transformers-and-llms/05-minimal-gpt/oracle/graphs.ts";

const folder = path.resolve(import.meta.dirname, "../../exercises/transformers-and-llms/05-minimal-gpt/oracle");

describe("oracle graphs", () => {
  for (const [name, bytes] of Object.entries(graphs())) {
    it(`${name} is what graphs.ts writes`, () => assert.ok(Buffer.from(bytes).equals(readFileSync(path.join(folder, name)))));
  }
});
