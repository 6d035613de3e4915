import assert from "node:assert/strict";
import { describe } from "mocha";
import { reportOf } from "../../extension/supervisor/profile/report.ts";
import { gptRun } from "./fixtures.ts";
import type { Panel } from "./page.ts";
import { forward } from "./profileFixture.ts";
import { asked, panelTests, seen } from "./suite.ts";

const report = reportOf(forward);
const shown = [
  { kind: "show", run: gptRun(3, { state: "finished" }), exercise: "ex-sp-ch35-13", tab: "profile" },
  { kind: "profile", run: "run-1", profile: report },
];
const tableOf = (panel: Panel, name: string) => panel.page.getByRole("table", { name });
const firstColumn = (panel: Panel, name: string) => tableOf(panel, name).locator("tbody th").allInnerTexts();

describe("profile of the panel", () => {
  const test = panelTests();

  test("before there is one, says how to get it; a button asks for it", async (panel) => {
    await panel.update({ kind: "show", exercise: "ex-sp-ch35-13", title: "A profile", tab: "profile" });
    assert.match(await seen(panel.page.locator(".profile")), /Nothing is profiled yet[\s\S]*records every operation/);
    await panel.page.getByRole("button", { name: "Profile Exercise" }).click();
    await panel.update();
    assert.deepEqual(asked(panel), [{ kind: "profileRun", exercise: "ex-sp-ch35-13" }]);
  });

  test("the tab is reached and read by keyboard alone", async (panel) => {
    const { page, update } = panel;
    await update({ ...shown[0], tab: "plots" }, shown[1]);
    await page.getByRole("tab", { name: "Plots" }).focus();
    await page.keyboard.press("End");
    await update();
    assert.equal(await page.locator("body").getAttribute("data-tab"), "profile");
    const focused = () => page.evaluate(() => document.activeElement?.textContent);
    for (let i = 0; i < 12 && (await focused()) !== "attention"; i++) await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await update();
    assert.deepEqual(asked(panel), [{ kind: "goTo", file: "run.ts", line: 7, column: 3 }]);
  });

  test("time by component: a bar that says the same as the table, and what stands out", async (panel) => {
    await panel.update(...shown);
    assert.deepEqual(await firstColumn(panel, "Time by component"), ["attention", "feedForward", "between operations", "block", "not in a span"]);
    const bar = panel.page.getByRole("img", { name: /^Time by component: attention 60 %, feedForward 20 %/ });
    const widths = await bar.locator("> div").evaluateAll((parts) => parts.map((part) => part.getBoundingClientRect().width));
    assert.ok(Math.abs((widths[0] as number) / (widths[1] as number) - 3) < 0.05, String(widths));
    assert.match(await seen(panel.page.locator(".findings")), /attention reaches 13 % of this machine's matmul rate/);
    assert.match(await seen(panel.page.locator(".profile")), /Recording cost about 2\.9 % of this run/);
  });

  test("operations are sorted by any column, by click and by key; one leads to its line", async (panel) => {
    const { update } = panel;
    await update(...shown);
    assert.deepEqual(await firstColumn(panel, "Operations"), ["matMul", "softmax", "randomNormal"]);
    const table = tableOf(panel, "Operations");
    assert.equal(await seen(table.locator('th[aria-sort="descending"]')), "self");
    await table.getByRole("button", { name: "calls" }).click();
    await table.getByRole("button", { name: "calls" }).press("Enter");
    assert.deepEqual(await firstColumn(panel, "Operations"), ["randomNormal", "softmax", "matMul"]);
    await table.getByRole("button", { name: "operation" }).click();
    assert.deepEqual(await firstColumn(panel, "Operations"), ["matMul", "randomNormal", "softmax"]);
    await table.getByRole("button", { name: "matMul" }).click();
    await update();
    assert.deepEqual(asked(panel), [{ kind: "goTo", file: "layers.ts", line: 25, column: 5 }]);
  });

  test("new numbers leave the focus where it is", async (panel) => {
    await panel.update(...shown);
    await tableOf(panel, "Operations").getByRole("button", { name: "softmax" }).focus();
    await panel.update({ kind: "profile", run: "run-1", profile: { ...report, ms: 200 } });
    assert.equal(await panel.page.evaluate(() => document.activeElement?.textContent), "softmax");
  });

  test("the flame chart is walked by keys, box by box, in words; Enter goes to the line", async (panel) => {
    const { page, update } = panel;
    await update(...shown);
    const readout = page.locator(".flame .readout");
    await page.getByRole("application", { name: /merged by path/ }).focus();
    const said: string[] = [];
    for (const key of ["ArrowDown", "ArrowDown", "ArrowDown", "ArrowRight"]) {
      await page.keyboard.press(key);
      said.push(await seen(readout));
    }
    assert.deepEqual(said, [
      "block: 85.0 ms, 83 % of the run, 2 calls, self 5.00 ms, run.ts:7",
      "block › attention: 60.0 ms, 58 % of the run, 2 calls, self 10.0 ms, run.ts:7",
      "block › attention › matMul: 30.0 ms, 29 % of the run, 4 calls, layers.ts:25",
      "block › attention › softmax: 20.0 ms, 19 % of the run, 2 calls, layers.ts:25",
    ]);
    await page.keyboard.press("Enter");
    await page.keyboard.press("z");
    await page.getByRole("button", { name: "Show all of the time" }).waitFor();
    await page.keyboard.press("0");
    await page.getByRole("button", { name: "Show all of the time" }).waitFor({ state: "hidden" });
    await update();
    assert.deepEqual(asked(panel), [{ kind: "goTo", file: "layers.ts", line: 25, column: 5 }]);
  });

  test("the flame chart by pointer: hover says, click goes, Shift+click and Ctrl+wheel zoom, a drag moves", async (panel) => {
    const { page, update } = panel;
    await update(...shown);
    const box = await page.locator(".flame canvas").boundingBox();
    assert.ok(box);
    const [x, y] = [box.x + 20, box.y + 18 + 50]; // within matMul, in the third row
    await page.mouse.move(x, y);
    await page.getByText("block › attention › matMul: 30.0 ms").waitFor();
    await page.mouse.down();
    await page.mouse.move(x + 60, y, { steps: 3 });
    await page.mouse.up();
    await page.mouse.click(x, y);
    await page.keyboard.down("Control");
    await page.mouse.wheel(0, -100);
    await page.keyboard.up("Control");
    await page.getByRole("button", { name: "Show all of the time" }).click();
    await page.keyboard.down("Shift");
    await page.mouse.click(x, y);
    await page.keyboard.up("Shift");
    await page.getByRole("button", { name: "Show all of the time" }).waitFor();
    await update();
    assert.deepEqual(asked(panel), [{ kind: "goTo", file: "layers.ts", line: 25, column: 5 }]);
  });

  test("in order of time each call is a box", async (panel) => {
    const { page, update } = panel;
    await update(...shown);
    const colours = () => page.locator(".flame vscode-button[data-order]").evaluateAll((all) => all.map((one) => getComputedStyle(one).backgroundColor));
    const before = await colours();
    assert.equal(new Set(before).size, 2, "it is seen which is chosen");
    const pictures = new Set([await page.locator(".flame canvas").screenshot().then(String)]);
    await page.getByRole("button", { name: "Time order" }).click();
    await update();
    pictures.add(await page.locator(".flame canvas").screenshot().then(String));
    assert.equal(pictures.size, 2);
    assert.equal((await colours())[0], before[1]); // the other is hovered over
    assert.match(await seen(page.locator(".flame")), /All 7 calls, in order of time/);
  });

  test("the same as a table, for those who read", async (panel) => {
    await panel.update(...shown);
    await panel.page.getByText("Calls as a table").click();
    const rows = panel.page.getByRole("region", { name: "Calls by path" }).locator("tbody tr");
    await rows.nth(6).waitFor(); // the table is made when it is opened
    assert.equal(await rows.count(), 7);
    assert.match(await seen(rows.nth(2)), /matMul\s+3\s+4\s+30\.0 ms\s+30\.0 ms\s+layers\.ts:25/);
  });

  test("memory has its peak marked, and the line of it", async ({ page, update }) => {
    await update(...shown);
    await page.getByRole("button", { name: "peak 4.00 KiB after block › attention › matMul, layers.ts:25" }).waitFor();
  });

  test("the trace is asked of the host, which has it whole", async (panel) => {
    await panel.update(...shown);
    await panel.page.getByRole("button", { name: "Save as Chrome trace" }).click();
    await panel.page.getByRole("button", { name: "Profile again" }).click();
    await panel.update();
    assert.deepEqual(asked(panel), [
      { kind: "saveTrace", run: "run-1" },
      { kind: "profileRun", exercise: "ex-sp-ch35-13" },
    ]);
  });

  test("a profile of another run, or one that is none, is not shown", async (panel) => {
    await panel.update(shown[0], { kind: "profile", run: "run-0", profile: report }, { kind: "profile", run: "run-1", profile: { ...report, table: [{}] } });
    assert.match(await seen(panel.page.locator(".profile")), /Nothing is profiled yet/);
    await panel.update(shown[1]);
    const { series: _, ...next } = gptRun(0, { id: "run-2", state: "starting" });
    await panel.update({ kind: "state", run: next });
    assert.match(await seen(panel.page.locator(".profile")), /No numbers yet/);
  });

  test("stays within a narrow page: a table scrolls by itself, by keyboard, its names in sight and its edge marked", async ({ page, update }) => {
    await page.setViewportSize({ width: 380, height: 900 });
    await update(...shown);
    assert.deepEqual(await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]), [380, 380]);
    const table = page.getByRole("region", { name: "Operations" });
    const look = () =>
      table.evaluate((region) => {
        const name = region.querySelector("tbody th") as HTMLElement;
        const drawn = (colour: string) => colour !== "rgba(0, 0, 0, 0)";
        return {
          left: drawn(getComputedStyle(name).borderRightColor),
          right: drawn(getComputedStyle(region).borderRightColor),
          name: name.getBoundingClientRect().left - region.getBoundingClientRect().left,
        };
      });
    assert.deepEqual(await look(), { left: false, right: true, name: 0 });
    await table.focus();
    await page.keyboard.press("ArrowRight");
    await page.waitForFunction(() => (document.activeElement?.scrollLeft ?? 0) > 0);
    await table.evaluate((region) => region.scrollTo({ left: region.scrollWidth, behavior: "instant" }));
    await update();
    assert.deepEqual(await look(), { left: true, right: false, name: 0 });
    await page.setViewportSize({ width: 900, height: 900 });
    await update();
    assert.deepEqual(await look(), { left: false, right: false, name: 0 });
  });
});
