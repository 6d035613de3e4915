import assert from "node:assert/strict";
import { describe } from "mocha";
import { backend, gptRun, oneCurve } from "./fixtures.ts";
import { asked, panelTests, pointsOf, seen } from "./suite.ts";

describe("panel", () => {
  const test = panelTests();

  test("cancels on a click", async (panel) => {
    await panel.update({ kind: "show", run: gptRun(50) });
    await panel.page.getByRole("button", { name: "Cancel" }).click();
    await panel.update();
    assert.deepEqual(asked(panel), [{ kind: "cancel", run: "run-1" }]);
  });
  test("cancels by keyboard alone; the focus goes over to Run again", async (panel) => {
    const { page, update } = panel;
    await update({ kind: "show", run: gptRun(50) });
    const focused = () => page.evaluate(() => document.activeElement?.textContent);
    for (let i = 0; i < 9 && (await focused()) !== "Cancel"; i++) await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await update({ kind: "state", run: gptRun(50, { state: "cancelled" }) });
    assert.deepEqual(asked(panel), [{ kind: "cancel", run: "run-1" }]);
    assert.equal(await pointsOf(panel), "55"); // the partial curves are kept
    assert.equal(await focused(), "Run again");
    await page.keyboard.press("Space");
    await update();
    assert.deepEqual(asked(panel)[1], { kind: "runAgain", exercise: "ex-sp-ch35-05" });
  });
  test("title, state, backend with what was skipped, progress", async ({ page, update }) => {
    await update({ kind: "show", run: gptRun(300) });
    const text = await seen(page.locator("header"));
    for (const part of ["A minimal GPT", "Running", "WebAssembly SIMD (wasm)", "quick scale", "Training: 300 of 400 (75 %)"])
      assert.ok(text.includes(part), part);
    const tip = page.getByRole("tooltip");
    assert.ok(!(await tip.isVisible()));
    await page.getByRole("button", { name: backend.device }).focus();
    assert.match(await seen(tip), /webgpu: no adapter was found/);
    await page.keyboard.press("Escape");
    assert.ok(!(await tip.isVisible()));
  });
  test("says why a run ended, aloud too", async ({ page, update }) => {
    await update({ kind: "show", run: gptRun(3) });
    await update({ kind: "state", run: gptRun(3, { state: "errored", message: "TypeError: x is undefined" }) });
    assert.equal(await page.locator("body").getAttribute("data-run-state"), "errored");
    assert.match(await seen(page.locator("header")), /Errored[\s\S]*TypeError: x is undefined/);
    assert.match(await seen(page.locator(".unseen")), /^Errored. TypeError: x is undefined training loss fell/);
  });

  test("a malformed update changes nothing and breaks nothing", async (panel) => {
    await panel.update({ kind: "show", run: oneCurve(10) });
    const bad = [
      undefined,
      null,
      7,
      "show",
      {},
      { kind: "nonsense" },
      { kind: "append" },
      { kind: "append", run: "run-1", series: [{ name: 1 }] },
      { kind: "state", run: {} },
      { kind: "grade", grade: { checks: [{}] } },
      { kind: "show", run: { ...gptRun(1), backend: {} } },
    ];
    await panel.update(...bad);
    assert.equal(await pointsOf(panel), "10");
    await panel.update({ kind: "append", run: "run-1", series: [{ name: "training loss", points: [[10, 1], "x", [null, 2], [11, null]] }] });
    assert.equal(await pointsOf(panel), "12");
  });

  test("takes the colours of another theme", async ({ page, update, theme }) => {
    /** How often the colour stands in the picture. */
    const count = (rgb: readonly number[]) =>
      page.evaluate((want) => {
        const canvas = document.querySelector("canvas") as HTMLCanvasElement;
        const { data } = (canvas.getContext("2d") as CanvasRenderingContext2D).getImageData(0, 0, canvas.width, canvas.height);
        let n = 0;
        for (let i = 0; i < data.length; i += 4) if (want.every((v, k) => data[i + k] === v)) n++;
        return n;
      }, rgb);
    const [dark, light] = [
      [0x59, 0xa4, 0xf9],
      [0x00, 0x63, 0xd3],
    ];
    await update({ kind: "show", run: oneCurve(300) });
    assert.ok((await count(dark)) > 100 && (await count(light)) === 0);
    await theme("vscode-light");
    await update();
    assert.ok((await count(dark)) === 0 && (await count(light)) > 100);
  });
});
