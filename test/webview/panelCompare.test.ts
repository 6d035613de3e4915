import assert from "node:assert/strict";
import { describe } from "mocha";
import { timeOf } from "../../webviews/panel/plots/curves.ts";
import { earlierRun, gptRun } from "./fixtures.ts";
import { asked, panelTests, pictureOf, pointsOf, seen } from "./suite.ts";

const exercise = gptRun().exercise;
const earlier = (...compared: readonly boolean[]) => ({ kind: "earlier", exercise, runs: compared.map((on, i) => earlierRun(i + 1, on)) });

describe("earlier runs in the panel", () => {
  const test = panelTests();

  test("are listed with time, end, backend, scale and final values", async ({ page, update }) => {
    await update({ kind: "show", run: gptRun(50), exercise }, earlier(false, false));
    await page.getByText("2 earlier runs").click();
    const row = await seen(page.locator("[data-run=earlier-2]"));
    assert.match(row, /Cancelled\s+0:42\s+wasm\s+quick\s+training loss 2\.\d\d, held-out loss 2\.\d\d, uniform guess, ln 65 4\.77, perplexity \d/);
    assert.ok(row.includes(timeOf(earlierRun(2, false))));
  });

  test("one is chosen by keyboard, and its curves stand beside the run's own in chart, legend, table and words", async (panel) => {
    const { page, update } = panel;
    await update({ kind: "show", run: gptRun(50), exercise }, earlier(false));
    const alone = [await pictureOf(panel), await pointsOf(panel)];
    await page.getByText("1 earlier run").focus();
    await page.keyboard.press("Enter");
    const box = page.getByRole("checkbox", { name: timeOf(earlierRun(1, false)) });
    await box.focus();
    await page.keyboard.press("Space");
    await update();
    assert.deepEqual(asked(panel), [{ kind: "overlay", run: "earlier-1", on: true }]);
    await update(earlier(true));
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("data-key")), "compare earlier-1"); // the focus stays
    const name = `training loss · ${timeOf(earlierRun(1, true))}`;
    assert.notDeepEqual([await pictureOf(panel), await pointsOf(panel)], alone);
    await page.getByRole("button", { name }).first().waitFor();
    await page
      .locator(".summary", { hasText: `For comparison: ${name} ended at` })
      .first()
      .waitFor();
    await page.getByText("Data (", { exact: false }).first().click();
    await page.getByRole("columnheader", { name, exact: true }).first().waitFor();
    await page.getByRole("button", { name: "Save Loss as CSV" }).click();
    await page.getByRole("button", { name: "Copy the numbers of Loss" }).click();
    await update();
    const [, saved, copied] = asked(panel);
    assert.ok(saved?.kind === "save" && saved.content.split("\r\n")[0]?.includes(name));
    assert.deepEqual(copied, { kind: "copy", text: saved.content });
    await update(earlier(false));
    assert.equal(await pointsOf(panel), alone[1]);
  });

  test("their faults are theirs: no early verdict on a run that is over", async ({ page, update }) => {
    const [run] = earlier(true).runs;
    const series = [{ name: "training loss", points: [[0, "NaN"]] }];
    await update({ kind: "show", run: gptRun(50), exercise }, { kind: "earlier", exercise, runs: [{ ...run, overlay: { plots: [], series } }] });
    await page.locator(".summary", { hasText: "ended at NaN" }).first().waitFor();
    assert.equal(await page.locator(".verdicts li").count(), 0);
  });

  test("can be looked at before anything has run in this window", async ({ page, update }) => {
    await update({ kind: "show", exercise }, earlier(true, false));
    assert.deepEqual(await page.locator(".plot h2").allInnerTexts(), ["Loss", "Perplexity"]);
    assert.ok(!(await page.getByText("Nothing has run yet").isVisible()));
  });

  test("those of another exercise are not shown, and go with their exercise", async ({ page, update }) => {
    await update({ kind: "show", run: gptRun(50), exercise }, { ...earlier(true), exercise: "another" });
    assert.ok(!(await page.locator(".earlier").isVisible()));
    await update(earlier(true), { kind: "show", exercise: "another" });
    assert.ok(!(await page.locator(".earlier").isVisible()));
    assert.equal(await page.locator("canvas").count(), 0);
  });

  test("one is removed, or written as TensorBoard's events, as is the run that is shown", async (panel) => {
    const { page, update } = panel;
    await update({ kind: "show", run: gptRun(50), exercise }, earlier(false));
    await page.getByText("1 earlier run").click();
    await page.getByRole("button", { name: "Remove the run of" }).click();
    await page.getByRole("button", { name: "Write TensorBoard event file of the run of" }).click();
    await page.getByRole("button", { name: "Write TensorBoard event file", exact: true }).click();
    await update();
    assert.deepEqual(asked(panel), [
      { kind: "removeRun", run: "earlier-1" },
      { kind: "saveEvents", run: "earlier-1" },
      { kind: "saveEvents", run: "run-1" },
    ]);
  });
});

describe("what a plot declares beside its curves", () => {
  const test = panelTests();

  test("what the checks accept, in chart, legend, words and drawing", async (panel) => {
    const { page, update } = panel;
    const [loss] = gptRun().plots;
    await update({ kind: "show", run: gptRun(300, { plots: [loss as object] as never }) });
    const without = await pictureOf(panel);
    await update({ kind: "show", run: gptRun(300, { plots: [{ ...loss, band: { label: "what the checks accept", low: 1.2, high: 2.2 } }] as never }) });
    assert.notEqual(await pictureOf(panel), without);
    assert.equal(await seen(page.locator(".legend .band")), "what the checks accept: 1.20 to 2.20");
    await page.locator(".summary", { hasText: "What the checks accept: 1.20 to 2.20." }).waitFor();
    await page.getByRole("button", { name: "Save Loss as SVG" }).click();
    await update();
    const [svg] = asked(panel);
    assert.ok(
      svg?.kind === "save" && svg.content.includes(">what the checks accept: 1.20 to 2.20</text>") && /<path d="M[\d.]+ [\d.]+H[\d.]+V/.test(svg.content),
    );
  });

  test("a power law with its exponent and interval", async ({ page, update }) => {
    const points = [1, 4, 16, 64].map((x) => [1000 * x, 5 * (1000 * x) ** -0.28]);
    const plots = [{ title: "Scaling law", series: ["measured"], powerLaw: ["measured"], x: { label: "N", log: true }, y: { log: true } }];
    await update({ kind: "show", run: { ...gptRun(0), plots, series: [{ name: "measured", points }] } });
    assert.match(
      await seen(page.locator(".summary")),
      /^measured follows a power law with exponent -0\.280 \(95 % interval -0\.280 to -0\.280\)\. measured fell/,
    );
    await page.getByRole("button", { name: "power law through measured" }).waitFor();
  });
});
