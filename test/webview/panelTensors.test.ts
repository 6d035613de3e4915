import assert from "node:assert/strict";
import { describe } from "mocha";
import type { Locator } from "playwright-core";
import { toJson } from "../../extension/protocol/panel.ts";
import type { Panel } from "./page.ts";
import { asked, panelTests, seen } from "./suite.ts";
import { futureSeen, secret, tensorGrade } from "./tensorFixtures.ts";

describe("tensors that differ, in the panel", () => {
  const test = panelTests();

  /** Opens "Where it differs" of the n-th check, by keyboard. */
  async function opened({ page, update }: Panel, n: number): Promise<Locator> {
    await update(toJson({ kind: "show", grade: tensorGrade, tab: "checks" }));
    const check = page.locator(".check").nth(n);
    await check.getByText("Where it differs").focus();
    await page.keyboard.press("Enter");
    const canvas = check.locator("canvas");
    if ((await canvas.count()) > 0) await canvas.waitFor();
    await update();
    return check;
  }
  async function choose(check: Locator, label: string, option: string): Promise<void> {
    const dropdown = check.getByRole("combobox", { name: label });
    await dropdown.click();
    await dropdown.getByRole("option", { name: option }).click();
  }
  const readout = (check: Locator) => seen(check.locator(".readout"));

  test("forms, largest error, where, and the worst elements", async (panel) => {
    const check = await opened(panel, 0);
    assert.match(
      await seen(check.locator(".forms")),
      /yours\s+expected\s+shape\s+\[2, 3, 12, 12\]\s+\[2, 3, 12, 12\]\s+dtype\s+float32\s+float32\s+NaN\s+0\s+0\s+infinite\s+0\s+0/,
    );
    const sentence =
      "Largest error 1.375 at [1, 0, 0, 11]; 198 of 864 elements differ. All of them are at index 1 of axis 0, above the diagonal of axes 2 and 3.";
    assert.ok((await seen(check)).includes(sentence));
    assert.equal(await check.locator("canvas").getAttribute("aria-label"), `${sentence} Arrow keys read cells.`);
    assert.match(
      await seen(check.locator(".elements")),
      /10 of 198\s+index\s+got\s+expected\s+error\s+allowed\s+\[1, 0, 0, 11\]\s+1\.5219\s+0\.14689\s+1\.375\s+0\.00011469/,
    );
  });

  test("a large error is drawn larger and stronger than a small one, and what agrees is not", async (panel) => {
    const check = await opened(panel, 0);
    // Of the cells [0, 11], [0, 1] and [1, 0] of the slice: how many pixels are not of the colour of a cell that agrees.
    const filled = await check.locator("canvas").evaluate((element) => {
      const canvas = element as HTMLCanvasElement;
      const context = canvas.getContext("2d") as CanvasRenderingContext2D;
      const [left, top, cell] = [40, 20, 26];
      const pixels = (row: number, column: number) => context.getImageData(left + column * cell + 1, top + row * cell + 1, cell - 3, cell - 3).data;
      const agrees = pixels(11, 0).slice(0, 4).join();
      return [
        [0, 11],
        [0, 1],
        [1, 0],
      ].map(([row, column]) => {
        const data = pixels(row as number, column as number);
        return Array.from({ length: data.length / 4 }, (_, i) => data.slice(4 * i, 4 * i + 4).join()).filter((pixel) => pixel !== agrees).length;
      });
    });
    const [large = 0, small = 0, none] = filled;
    assert.ok(large > 2 * small && small > 50, filled.join());
    assert.equal(none, 0);
  });

  test("stays within a narrow page", async (panel) => {
    await panel.page.setViewportSize({ width: 380, height: 900 });
    await opened(panel, 0);
    assert.equal(await panel.page.evaluate(() => document.documentElement.scrollWidth), 380);
  });

  test("arrow keys read cells", async (panel) => {
    const check = await opened(panel, 0);
    await check.locator("canvas").focus();
    const read: string[] = [];
    for (const key of ["ArrowRight", "End", "ArrowDown", "PageDown", "Home"]) {
      await panel.page.keyboard.press(key);
      read.push(await readout(check));
    }
    assert.deepEqual(read, [
      "[1, 0, 0, 0]: agrees",
      "[1, 0, 0, 11]: error 1.38",
      "[1, 0, 1, 11]: error 1.25",
      "[1, 0, 11, 11]: agrees",
      "[1, 0, 11, 0]: agrees",
    ]);
  });

  test("axes and slice are chosen by keyboard, and stay chosen through the next grade", async (panel) => {
    const check = await opened(panel, 0);
    const { page, update } = panel;
    await check.getByRole("combobox", { name: "Rows" }).focus();
    await page.keyboard.press("ArrowUp"); // from axis 2 to axis 1
    await check.getByRole("slider", { name: "Axis 2" }).focus();
    for (let i = 0; i < 3; i++) await page.keyboard.press("ArrowRight");
    assert.match(await seen(check.locator(".axes")), /Axis 0[\s\S]*index 1, of 2[\s\S]*Axis 2[\s\S]*index 3, of 12/);
    const read = async () => {
      await check.locator("canvas").focus();
      for (const key of ["ArrowRight", "End", "ArrowDown"]) await page.keyboard.press(key);
      return readout(check);
    };
    assert.equal(await read(), "[1, 1, 3, 11]: error 1");
    await update(toJson({ kind: "grade", grade: { ...tensorGrade, seed: 2 } }));
    assert.equal(await read(), "[1, 1, 3, 11]: error 1");
    await choose(check, "Rows", "axis 3 (12)"); // taken by the columns: they change places
    assert.equal(await check.getByRole("combobox", { name: "Columns" }).evaluate((dropdown) => (dropdown as HTMLSelectElement).value), "1");
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("aria-label")), "Rows");
  });

  test("a large tensor is pooled, and says so; NaN has a mark of its own", async (panel) => {
    const check = await opened(panel, 1);
    assert.match(await seen(check), /NaN or infinite at \[7, 0\]; 4040 of 24000 elements differ\./);
    assert.match(await seen(check.locator(".map-legend")), /NaN or infinite\s+A cell is 5 x 2 elements: the largest error among them\./);
    await check.locator("canvas").focus();
    for (const key of ["ArrowRight", "ArrowDown"]) await panel.page.keyboard.press(key);
    assert.equal(await readout(check), "[5-9, 0-1]: NaN or infinite");
    await panel.page.keyboard.press("PageDown");
    assert.equal(await readout(check), "[295-299, 0-1]: largest error 2.99");
  });

  test("of several tensors one is chosen", async (panel) => {
    const check = await opened(panel, 2);
    assert.match(await seen(check), /At \.mean: [\s\S]* The values are the expected ones times 2\./);
    await choose(check, "Tensor", ".rows");
    assert.match(await seen(check), /Largest error 1 at \[2\]; 1 of 3 elements differ\./);
    assert.equal(await check.getByRole("combobox", { name: "Rows" }).count(), 0, "a vector has one row");
  });

  test("of a hidden check: where it differs, and nothing that is expected", async (panel) => {
    const check = await opened(panel, 3);
    const text = await seen(check);
    assert.match(
      text,
      /NaN\s+0\s+not shown[\s\S]*56 of 140 elements differ\. All of them are from row 6 on\.[\s\S]*The first elements that differ, 10 of 56\s+index\s+got\s+\[6, 0\]/,
    );
    assert.match(text, /Expected values of a hidden check are not shown\./);
    await check.locator("canvas").focus();
    for (const key of ["ArrowRight", "PageDown"]) await panel.page.keyboard.press(key);
    assert.equal(await readout(check), "[9, 0]: differs");
    for (const value of secret.data.slice(6 * 14)) assert.ok(!text.includes(Math.abs(value).toPrecision(5)), String(value));
  });

  test("of a hidden mask: not even where", async (panel) => {
    const check = await opened(panel, 4);
    assert.equal(await check.locator("canvas, .elements").count(), 0);
    assert.match(await seen(check), /3 of 9 elements differ\.[\s\S]*so few values are possible that it would tell them\./);
  });

  test("the first difference leads to its line", async (panel) => {
    const check = await opened(panel, 0);
    assert.match(await seen(check.locator(".divergence")), /^First difference: scores \(q, k agree\)\./);
    await check.getByRole("button", { name: "gpt.ts:12:18" }).click();
    await panel.update();
    assert.deepEqual(asked(panel), [{ kind: "goTo", ...futureSeen.divergence?.location }]);
  });
});
