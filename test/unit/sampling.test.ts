import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { Sampling } from "../../extension/runtime/services/sampling.ts";

describe("intermediates that are traced again and again", () => {
  it("the first 32 of each name are read, and few of those that follow at once", () => {
    const sampling = new Sampling();
    const read = (name: string, times: number) => Array.from({ length: times }, () => sampling.isRead(name)).filter(Boolean).length;
    assert.equal(read("scores", 32), 32);
    assert.ok(read("scores", 10_000) < 100);
    assert.equal(read("weights", 32), 32);
  });
});
