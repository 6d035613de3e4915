import assert from "node:assert/strict";
import { describe, it } from "mocha";
import pc from "picocolors";
import { checkLines, Saying, sparkline } from "../../extension/cli/report.ts";
import { futureSeen } from "../webview/tensorFixtures.ts";

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

describe("lines of a failed check", () => {
  const said = (check: typeof futureSeen) => checkLines(check, "/home/ada/practicum/05-minimal-gpt", pc.createColors(false), new Saying());
  const differs =
    "At `[1]`: 198 of 864 values differ, most of all at [1, 0, 0, 11]: got 1.5219, expected 0.14689. All of them are at index 1 of axis 0, above the diagonal of axes 2 and 3.";
  const parts = "First difference: `scores` (`q`, `k` agree). The values are the expected ones times √8. (gpt.ts:12:18)";

  it("say the worst element, the pattern and the first difference", () =>
    assert.deepEqual(
      said(futureSeen).slice(1),
      [differs, parts].map((line) => `      ${line}`),
    ));
  it("say them also where the mistake is known", () => {
    const diagnosis = { misconception: "no-causal-mask", sentence: "The future is seen.", distance: 0 };
    assert.deepEqual(
      said({ ...futureSeen, diagnosis, message: diagnosis.sentence }).slice(1),
      [diagnosis.sentence, differs, parts].map((line) => `      ${line}`),
    );
  });
});
