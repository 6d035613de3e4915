import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { sparkline } from "../../extension/cli/report.ts";

describe("sparkline", () => {
  const cases: readonly [what: string, values: readonly number[], bars: string][] = [
    ["no values", [], ""],
    ["one value", [7], "▁"],
    ["a constant", [42, 42, 42], "▁▁▁"],
    ["a constant but for rounding", [0.1 + 0.2, 0.3, 0.3], "▁▁▁"],
    ["zeros", [0, 0], "▁▁"],
    ["a rise", [0, 1, 2, 3, 4, 5, 6, 7], "▁▂▃▄▅▆▇█"],
    ["a fall through zero", [1, 0, -1], "█▅▁"],
    ["what is not finite", [0, Number.NaN, 7, Number.POSITIVE_INFINITY], "▁×█×"],
    ["nothing finite", [Number.NaN, Number.NaN], "××"],
    ["more values than bars", Array.from({ length: 48 }, () => 1), "▁".repeat(24)],
  ];
  for (const [what, values, bars] of cases) it(`${what}: ${bars}`, () => assert.equal(sparkline(values), bars));
});
