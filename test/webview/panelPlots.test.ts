import assert from "node:assert/strict";
import { describe } from "mocha";
import type { Browser } from "playwright-core";
import type { PanelUpdate } from "../../extension/protocol/panel.ts";
import { gptRun, lossAt, oneCurve } from "./fixtures.ts";
import { openPanel } from "./page.ts";
import { asked, panelTests, pictureOf, pointsOf, seen } from "./suite.ts";

const append = (from: number, to: number): PanelUpdate => ({
  kind: "append",
  run: "run-1",
  series: [{ name: "training loss", points: Array.from({ length: to - from }, (_, i) => [from + i, lossAt(from + i)]) }],
});

describe("plots of the panel", () => {
  const test = panelTests();

  test("says what to do before there is a run", async ({ page, intents }) => {
    assert.deepEqual(intents, [{ kind: "ready" }]);
    assert.match(await seen(page.locator("main")), /Run Exercise/);
    assert.equal(await page.locator("body").getAttribute("data-run-state"), "none");
  });
  test("a curve grows as points are appended", async (panel) => {
    await panel.update({ kind: "show", run: oneCurve(100) });
    assert.equal(await pointsOf(panel), "100");
    await panel.update(append(100, 150), append(150, 151));
    assert.equal(await pointsOf(panel), "151");
  });
  test("a panel that is shown everything looks as one that was appended to", async (panel) => {
    await panel.update({ kind: "show", run: oneCurve(100) }, append(100, 170));
    await panel.update(append(170, 200));
    const grown = await pictureOf(panel);
    await panel.update({ kind: "show", run: oneCurve(200) });
    assert.equal(await pictureOf(panel), grown);
    const other = await openPanel(panel.page.context().browser() as Browser);
    await other.update({ kind: "show", run: oneCurve(200) });
    assert.equal(await pictureOf(other), grown);
    await other.page.close();
  });
  test("100,000 points", async (panel) => {
    await panel.update({ kind: "show", run: oneCurve(0) });
    for (let i = 0; i < 100_000; i += 20_000) await panel.update(append(i, i + 20_000));
    assert.equal(await pointsOf(panel), "100000");
    assert.match(await seen(panel.page.locator("main")), /Data \(100,000 points\)/);
  });
  test("a plot for each declared one, in words below it, with what stands out above", async ({ page, update }) => {
    await update({ kind: "show", run: gptRun(300) });
    assert.deepEqual(await page.locator(".plot h2").allInnerTexts(), ["Loss", "Perplexity"]);
    assert.match(await seen(page.locator(".summary").first()), /^training loss fell from 4\.\d\d to 1\.\d\d over 299 steps/);
    await update({ kind: "append", run: "run-1", series: [{ name: "training loss", points: [[300, "NaN"]] }] });
    await page.getByText("training loss is NaN at step 300.").waitFor();
  });
  test("values are read by keyboard, exactly", async ({ page, update }) => {
    await update({ kind: "show", run: gptRun(300) });
    await page.locator("canvas").first().focus();
    await page.keyboard.press("End");
    assert.equal(await seen(page.locator(".readout").first()), `step 299: training loss ${lossAt(299).toPrecision(7)}, uniform guess, ln 65 4.174387`);
  });
  test("a zoom by keyboard and by dragging can be undone", async ({ page, update }) => {
    await update({ kind: "show", run: gptRun(300) });
    const reset = page.getByRole("button", { name: "Reset zoom" });
    await page.locator("canvas").first().focus();
    await page.keyboard.press("+");
    await reset.click();
    await reset.waitFor({ state: "hidden" });
    const box = await page.locator("canvas").first().boundingBox();
    assert.ok(box);
    await page.mouse.move(box.x + 200, box.y + 60);
    await page.mouse.down();
    await page.mouse.move(box.x + 400, box.y + 150, { steps: 4 });
    await page.mouse.up();
    await reset.click();
    await reset.waitFor({ state: "hidden" });
  });
  test("a series is hidden by its name; an axis made logarithmic; a curve smoothed", async (panel) => {
    const { page, update } = panel;
    await update({ kind: "show", run: gptRun(300) });
    const pictures = new Set([await pictureOf(panel)]);
    await page.getByRole("button", { name: "held-out loss" }).click();
    assert.equal(await page.getByRole("button", { name: "held-out loss" }).getAttribute("aria-pressed"), "false");
    pictures.add(await pictureOf(panel));
    await page.getByRole("checkbox", { name: "log x" }).first().click();
    await page.getByText("3 values of zero or less cannot be shown on a logarithmic axis.").waitFor();
    pictures.add(await pictureOf(panel));
    await page.getByLabel("Smoothing").fill("0.9");
    pictures.add(await pictureOf(panel));
    assert.equal(pictures.size, 4);
  });
  test("saves a picture and all numbers", async (panel) => {
    await panel.update({ kind: "show", run: gptRun(3) });
    await panel.page.getByRole("button", { name: "Save Perplexity as CSV" }).click();
    await panel.page.getByRole("button", { name: "Save Loss as PNG" }).click();
    await panel.update();
    const [csv, png] = asked(panel);
    const rows = [0, 1, 2].map((i) => `${i},${Math.exp(lossAt(i))}\r\n`).join("");
    assert.deepEqual(csv, { kind: "save", name: "perplexity.csv", content: `step,perplexity\r\n${rows}`, encoding: "utf8" });
    assert.ok(png?.kind === "save" && png.name === "loss.png" && png.encoding === "base64");
    assert.equal(Buffer.from(png.content, "base64").subarray(1, 4).toString(), "PNG");
  });
  test("saves a drawing of what is on the screen", async (panel) => {
    const { page, update } = panel;
    await update({ kind: "show", run: gptRun(30) });
    await page.getByRole("button", { name: "held-out loss" }).click();
    await page.getByRole("button", { name: "Save Loss as SVG" }).click();
    await update();
    const [svg] = asked(panel);
    assert.ok(svg?.kind === "save" && svg.name === "loss.svg");
    const drawn = await page.evaluate((source) => {
      const { documentElement } = new DOMParser().parseFromString(source, "image/svg+xml");
      const curves = [...documentElement.querySelectorAll("[clip-path] path")].map((path) => path.getAttribute("d")?.match(/[ML]/g)?.length);
      return { name: documentElement.localName, curves, texts: [...documentElement.querySelectorAll("text")].map((text) => text.textContent) };
    }, svg.content);
    assert.deepEqual([drawn.name, drawn.curves], ["svg", [30, 2]]);
    for (const said of ["Loss", "training loss", "uniform guess, ln 65", "step", "nats per character"]) assert.ok(drawn.texts.includes(said), said);
  });
  test("a level is dashed in legend and drawing, from when it is declared", async (panel) => {
    const { page, update } = panel;
    const run = gptRun(30);
    const declared = page.locator(".legend .level");
    const plots = run.plots.map(({ levels: _, ...plot }) => plot);
    await update({ kind: "show", run: { ...run, plots } });
    assert.equal(await declared.count(), 0);
    const { series: _, ...head } = run;
    await update({ kind: "state", run: head });
    assert.deepEqual(await declared.locator("xpath=..").allInnerTexts(), ["uniform guess, ln 65"]);
    await page.getByRole("button", { name: "Save Loss as SVG" }).click();
    await update();
    const [svg] = asked(panel);
    assert.ok(svg?.kind === "save");
    assert.deepEqual(
      [...svg.content.matchAll(/stroke-dasharray="(.*?)"/g)].map(([, dash]) => dash),
      ["", "", "6 4"],
    );
  });
  test("the numbers as a table", async ({ page, update }) => {
    await update({ kind: "show", run: gptRun(21) });
    await page.getByText("Data (", { exact: false }).first().click();
    await page.locator(".plot tbody tr").last().waitFor(); // the table is made when it is opened
    assert.deepEqual(await page.locator(".plot thead th").allInnerTexts(), ["step", "training loss", "held-out loss", "uniform guess, ln 65"]);
    assert.equal(await page.locator(".plot tbody tr").count(), 21);
  });
  test("what the program prints is text", async ({ page, update }) => {
    await update({ kind: "show", run: gptRun(3, { output: "<img src=x onerror=alert(1)> a < b\n" }) });
    await page.getByText("Output of your program").click();
    assert.equal(await page.locator(".output pre").evaluate((pre) => getComputedStyle(pre).whiteSpace), "pre"); // columns stay columns
    assert.equal(await seen(page.locator(".output pre")), "<img src=x onerror=alert(1)> a < b\n");
    assert.equal(await page.locator("img").count(), 0);
  });
  test("another run starts with an empty curve", async (panel) => {
    const { series: _, ...next } = gptRun(0, { id: "run-2", state: "starting", plots: [], progress: undefined });
    await panel.update({ kind: "show", run: gptRun(50) }, { kind: "state", run: next });
    assert.equal(await panel.page.locator("canvas").count(), 0);
    assert.match(await seen(panel.page.locator("main")), /Waiting for the first point/);
  });
  test("a series has one colour in all plots, and the legend says the same", async ({ page, update }) => {
    const plots = [
      { title: "One", series: ["training loss", "held-out loss"] },
      { title: "Two", series: ["perplexity", "held-out loss"] },
    ];
    await update({ kind: "show", run: gptRun(30, { plots }) });
    const colours = await page
      .locator(".legend button")
      .evaluateAll((buttons) =>
        buttons.map((button) => [button.textContent, (button.querySelector(".swatch") as HTMLElement).style.getPropertyValue("--line")]),
      );
    const of = (name: string) => colours.filter(([series]) => series === name).map(([, colour]) => colour);
    assert.equal(new Set(of("held-out loss")).size, 1);
    assert.equal(of("held-out loss").length, 2);
    assert.ok(!of("held-out loss").includes(of("training loss")[0]) && !of("held-out loss").includes(of("perplexity")[0]));
  });
  test("the axis of steps goes as far as the run will, until it is over", async (panel) => {
    const run = oneCurve(100);
    await panel.update({ kind: "show", run: { ...run, progress: { done: 100, total: 400 } } });
    const running = await pictureOf(panel);
    await panel.update({ kind: "show", run: { ...run, progress: { done: 100, total: 100 } } });
    const close = await pictureOf(panel);
    assert.notEqual(running, close);
    await panel.update({ kind: "show", run: { ...run, state: "cancelled", progress: { done: 100, total: 400 } } });
    assert.equal(await pictureOf(panel), close);
  });
  test("long names and captions stay within the page", async (panel) => {
    const long = "a series whose name goes on and on, ".repeat(6);
    const run = gptRun(30, {
      title: long,
      plots: [{ title: long, series: [long], x: { label: long }, y: { label: long } }],
      series: [{ name: long, points: gptRun(30).series[0]?.points ?? [] }],
      progress: { done: 1, total: 2, label: long },
    });
    await panel.page.setViewportSize({ width: 420, height: 800 });
    await panel.update({ kind: "show", run });
    assert.deepEqual(await panel.page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]), [420, 420]);
  });
});
