import assert from "node:assert/strict";
import { describe } from "mocha";
import { diagnosed, gptGrade, gptRun } from "./fixtures.ts";
import { asked, panelTests, seen } from "./suite.ts";

describe("checks of the panel", () => {
  const test = panelTests();

  test("opens by keyboard", async ({ page, update }) => {
    await update({ kind: "show", run: gptRun(3), grade: gptGrade });
    await page.getByRole("tab", { name: "Plots" }).focus();
    await page.keyboard.press("ArrowRight");
    await page.locator("body[data-tab=checks]").waitFor();
    assert.ok(await page.locator(".score").getByText("visible 2/4, hidden 1/2 · 6 of 13 points").isVisible());
  });
  test("the host may open it; the learner's later choice holds", async ({ page, update }) => {
    await update({ kind: "show", grade: gptGrade, tab: "checks", title: "A minimal GPT" });
    assert.equal(await seen(page.locator("h1")), "A minimal GPT");
    await page.getByRole("tab", { name: "Plots" }).click();
    await update({ kind: "grade", grade: gptGrade });
    assert.equal(await page.locator("body").getAttribute("data-tab"), "plots");
  });
  test("a failed check says what the mistake is, where it shows, and hints", async ({ page, update }) => {
    await update({ kind: "show", grade: gptGrade, tab: "checks" });
    const failed = page.locator(".check[data-outcome=failed]");
    assert.match(await seen(failed), /Failed[\s\S]*You mask after the softmax[\s\S]*to within 3\.10e-7[\s\S]*412 of 1024 values differ/);
    await failed.getByText("Comparison").click();
    assert.match(await seen(failed.locator("dl")), /worst at\s+\[0, 3, 1, 7\]/);
    await failed.getByText("Hint").click();
    await update({ kind: "grade", grade: { ...gptGrade, seed: 2 } });
    assert.ok(await failed.getByText("Write the 4 by 4 case").isVisible(), "the hint stays open through the next grade");
  });
  test("goes to the learner's line", async (panel) => {
    await panel.update({ kind: "show", grade: gptGrade, tab: "checks" });
    await panel.page.getByRole("button", { name: "gpt.ts:87:24" }).click();
    await panel.update();
    assert.deepEqual(asked(panel), [{ kind: "goTo", file: "/home/ada/practicum/05-minimal-gpt/gpt.ts", line: 87, column: 24 }]);
  });
  test("an attempt that does not compile is told first", async ({ page, update }) => {
    const problem = { message: "Expected ';', got '}'", location: { file: "/x/gpt.ts", line: 3, column: 1 } };
    await update({ kind: "show", grade: { ...gptGrade, checks: [], score: 0, points: 0, problem }, tab: "checks" });
    assert.match(await seen(page.locator(".grade")), /No check was graded[\s\S]*does not run[\s\S]*Expected ';', got '}'[\s\S]*gpt\.ts:3:1/);
  });
  test("a learner's text is text", async ({ page, update }) => {
    const evil = "<img src=x onerror=alert(1)>";
    const check = { ...diagnosed, title: evil, message: evil, hint: evil, diagnosis: { misconception: evil, sentence: evil, distance: 0 } };
    await update({ kind: "show", run: gptRun(3, { title: evil, message: evil }), grade: { ...gptGrade, checks: [check] }, tab: "checks" });
    assert.equal(await seen(page.locator(".diagnosis")), evil);
    assert.equal(await page.locator("img").count(), 0);
  });
  test("slow checks stand there before a run, as not run yet, and count", async ({ page, update }) => {
    const unasked = [{ id: "slow", title: "learns from a text", hidden: true, points: 4 }];
    await update({ kind: "show", grade: { ...gptGrade, tier: "save", unasked }, tab: "checks" });
    assert.match(await seen(page.locator("[data-check=slow]")), /Not run yet[\s\S]*learns from a text[\s\S]*4 points · hidden/);
    assert.match(await seen(page.locator(".score")), /6 of 17 points · 1 slow check waits for Run Exercise/);
    assert.equal(await seen(page.locator(".tally")), "6/17");
  });
  test("leads to the reference: by giving up, and after passing by one click", async (panel) => {
    const { page, update } = panel;
    const subject = { exercise: "ex-sp-ch35-05", title: "A minimal GPT" };
    await update({ kind: "show", tab: "checks", ...subject, mayCompare: false });
    assert.equal(await page.getByRole("button", { name: "Compare with Reference" }).count(), 0);
    await page.getByRole("button", { name: "Give Up and Show Reference" }).click();
    await update({ kind: "show", grade: gptGrade, ...subject, mayCompare: true });
    await page.getByRole("button", { name: "Compare with Reference" }).click();
    await update();
    assert.deepEqual(asked(panel), [
      { kind: "giveUp", exercise: "ex-sp-ch35-05" },
      { kind: "compare", exercise: "ex-sp-ch35-05" },
    ]);
  });
  test("says why there is no grade", async ({ page, update }) => {
    await update({ kind: "show", tab: "checks", exercise: "x", notice: "This workspace is not trusted." });
    assert.match(await seen(page.locator("main")), /No grade yet[\s\S]*This workspace is not trusted\./);
  });
  test("says that a grade is about older files, and takes its colours away until there is another", async ({ page, update }) => {
    const subject = { exercise: "ex-sp-ch35-05", title: "A minimal GPT" };
    const grey = () => page.locator(".grade").evaluate((element) => getComputedStyle(element).filter);
    await update({ kind: "show", tab: "checks", grade: gptGrade, ...subject, notice: "Your files have changed since then." });
    assert.match(await seen(page.locator("main")), /Your files have changed since then\.[\s\S]*Graded in/);
    assert.equal(await grey(), "grayscale(1)");
    await update({ kind: "grade", grade: { ...gptGrade, seed: 8 } });
    assert.doesNotMatch(await seen(page.locator("main")), /have changed/);
    assert.equal(await grey(), "none");
  });
});
