import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { type PanelUpdate, toJson } from "../../extension/protocol/panel.ts";
import { reportOf } from "../../extension/supervisor/profile/report.ts";
import { panelHtml } from "../../webviews/panel/html.ts";
import { parseUpdate } from "../../webviews/panel/parse/update.ts";
import { earlierRun, gptGrade, gptRun } from "../webview/fixtures.ts";
import { forward } from "../webview/profileFixture.ts";

/** As VS Code carries a message. */
const carried = (update: PanelUpdate): unknown => JSON.parse(JSON.stringify(toJson(update)));
const { series: _, ...head } = gptRun(3);

describe("updates of the panel", () => {
  const updates: PanelUpdate[] = [
    { kind: "show" },
    { kind: "show", run: gptRun(3), grade: gptGrade, tab: "checks", title: "A minimal GPT" },
    { kind: "state", run: head },
    { kind: "grade", grade: gptGrade },
    { kind: "profile", run: "r", profile: reportOf(forward) },
    { kind: "earlier", exercise: "gpt", runs: [earlierRun(1, true), earlierRun(2, false)] },
    {
      kind: "append",
      run: "r",
      series: [
        {
          name: "loss",
          points: [
            [0, Number.NaN],
            [1, Infinity],
            [2, -Infinity],
            [3, 1],
          ],
        },
      ],
    },
  ];
  for (const update of updates) it(`${update.kind} arrives as it was sent`, () => assert.deepEqual(parseUpdate(carried(update)), update));

  it("a value that was lost on the way is not a number", () => {
    const parsed = parseUpdate({ kind: "append", run: "r", series: [{ name: "loss", points: [[0, null], ["a", 1], 7] }] });
    assert.deepEqual(parsed, { kind: "append", run: "r", series: [{ name: "loss", points: [[0, Number.NaN]] }] });
  });

  const malformed: [name: string, data: unknown][] = [
    ["nothing", undefined],
    ["text", "show"],
    ["another kind", { kind: "weather" }],
    ["a profile without a clock", { kind: "profile", run: "r", profile: { ...reportOf(forward), clock: undefined } }],
    ["no run", { kind: "append", series: [] }],
    ["a run in no known state", { kind: "state", run: { ...head, state: "asleep" } }],
    ["a check without an outcome", { kind: "grade", grade: { ...gptGrade, checks: [{ ...gptGrade.checks[0], outcome: undefined }] } }],
  ];
  for (const [name, data] of malformed)
    it(`${name} is refused with a reason`, () => assert.match(parseUpdate(data) as string, /^not an update of the panel: /));
});

describe("page of the panel", () => {
  const html = panelHtml({ scriptUri: "https://x/panel.js?a=1&b=2", styleUri: "https://x/panel.css", cspSource: "https://x 'self'", nonce: "abc" });
  it("allows its own script and style only", () => {
    assert.match(html, /content="default-src 'none'; script-src 'nonce-abc'; style-src https:\/\/x 'self' 'nonce-abc'"/);
    assert.doesNotMatch(html, /unsafe/);
  });
  it("escapes what it is given", () => assert.ok(html.includes('src="https://x/panel.js?a=1&amp;b=2"')));
});
