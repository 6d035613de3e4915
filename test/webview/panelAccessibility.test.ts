import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import type { AxeResults } from "axe-core";
import { describe, it } from "mocha";
import { toJson } from "../../extension/protocol/panel.ts";
import { reportOf } from "../../extension/supervisor/profile/report.ts";
import { OUT } from "../tools/paths.ts";
import { earlierRun, gptGrade, gptRun } from "./fixtures.ts";
import { openPanel, type Panel, type ThemeKind } from "./page.ts";
import { forward } from "./profileFixture.ts";
import { useBrowser } from "./suite.ts";
import { tensorGrade } from "./tensorFixtures.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

describe("accessibility of the panel, by axe-core", () => {
  const browser = useBrowser();
  const unasked = [{ id: "slow", title: "slow", hidden: true, points: 4 }];
  const plots = gptRun().plots.map((plot) => ({ ...plot, band: { label: "what the checks accept", high: 2 } }));
  const banded = gptRun(300, { plots });
  const runs = [earlierRun(1, true), earlierRun(2, false)];
  const kinds: ThemeKind[] = ["vscode-dark", "vscode-light", "vscode-high-contrast", "vscode-high-contrast-light"];
  const states: [name: string, updates: unknown[]][] = [
    ["nothing yet", []],
    ["plots while running", [{ kind: "show", run: gptRun(300) }]],
    ["tensors that differ", [toJson({ kind: "show", grade: tensorGrade, tab: "checks" })]],
    [
      "plots beside earlier runs",
      [
        { kind: "show", run: banded, exercise: banded.exercise },
        { kind: "earlier", exercise: banded.exercise, runs },
      ],
    ],
    [
      "checks",
      [
        {
          kind: "show",
          run: gptRun(300, { state: "errored", message: "TypeError" }),
          grade: { ...gptGrade, unasked },
          tab: "checks",
          exercise: gptGrade.exercise,
        },
      ],
    ],
    [
      "profile",
      [
        { kind: "show", run: gptRun(3, { state: "finished" }), tab: "profile", exercise: gptGrade.exercise },
        { kind: "profile", run: "run-1", profile: reportOf(forward) },
      ],
    ],
    ["nothing profiled", [{ kind: "show", tab: "profile", exercise: gptGrade.exercise }]],
  ];
  for (const kind of kinds) {
    for (const [name, updates] of states) {
      it(`${name}, ${kind}`, async () => {
        const panel = await openPanel(browser(), kind);
        await panel.update(...updates);
        await openAll(panel);
        await panel.page.screenshot({ path: path.join(OUT, "screenshots/panel", `${name.replaceAll(" ", "-")}-${kind}.png`), fullPage: true }); // to be looked at
        assert.deepEqual(await violations(panel), []);
        await panel.page.close();
      });
    }
  }
});

const openAll = ({ page }: Panel) =>
  page.evaluate(() => {
    for (const details of document.querySelectorAll("details")) details.open = true;
  });

async function violations({ page }: Panel): Promise<string[]> {
  await page.evaluate(axe); // as a debugger would, past the policy of the page
  const results = (await page.evaluate(() => (window as unknown as { axe: { run(): Promise<unknown> } }).axe.run())) as AxeResults;
  const bad = results.violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  return bad.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`));
}
