import assert from "node:assert/strict";
import { Pool } from "../../extension/packs/pool.ts";

describe("pool", () => {
  it("does so many works at a time, the most urgent first, and goes on after one that fails", async () => {
    const pool = new Pool(2);
    const order: string[] = [];
    let [running, most] = [0, 0];
    const work = (name: string) => async () => {
      order.push(name);
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      if (name === "fails") throw new Error(name);
    };
    const works = [pool.run(0, work("first")), pool.run(0, work("fails")), pool.run(0, work("later")), pool.run(1, work("urgent")), pool.run(0, work("last"))];
    const outcomes = await Promise.allSettled(works);
    assert.deepEqual([order, most], [["first", "fails", "urgent", "later", "last"], 2]);
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ["fulfilled", "rejected", "fulfilled", "fulfilled", "fulfilled"],
    );
  });
});
