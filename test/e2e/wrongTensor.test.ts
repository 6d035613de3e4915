import assert from "node:assert/strict";
import { packFile, Workbench } from "./workbench.ts";

const REFERENCE = packFile("05-minimal-gpt/reference/gpt.ts");
/** Scores are divided by the dimension, not by its root. */
const WRONG = REFERENCE.replace(".div(Math.sqrt(dim))", ".div(dim)");
const LINE = REFERENCE.split("\n").findIndex((line) => line.includes('trace.tensor("scores"')) + 1;

describe("a learner whose attention is wrong", () => {
  let workbench: Workbench;
  before(async () => {
    workbench = await Workbench.open({ "files.autoSave": "off" });
  });
  afterEach(async function () {
    if (this.currentTest?.state === "failed") await workbench.keepPicture(this.currentTest.title);
  });
  after(() => workbench?.close());

  it("is told at its line which intermediate is the first to differ", async () => {
    assert.notEqual(WRONG, REFERENCE);
    await workbench.openExercise("Minimal GPT", true);
    await workbench.pasteAndSave(WRONG);
    await workbench.verdict(/^\s*\d+\/\d+ · \w+\s*$/).waitFor();
    await workbench.problems();
    await workbench.problem("First difference: `scores`").first().waitFor();
    await workbench.problem(`Practicum[Ln ${LINE}, `).first().waitFor();
  });

  it("sees where the answer differs, and goes to that line by a click", async () => {
    await workbench.verdict(/./).click();
    const check = workbench.panel().locator(".check[data-outcome=failed]").first();
    await check.getByText("Where it differs").click();
    await check.locator("canvas").waitFor();
    await check.getByText(/elements differ\./).waitFor();
    await check.locator("canvas").focus();
    await workbench.page.keyboard.press("ArrowRight");
    await check.locator(".readout", { hasText: /^\[\d.*\]: (agrees|error)/ }).waitFor();
    await check.getByRole("button", { name: `gpt.ts:${LINE}:` }).click();
    await workbench.page.locator('.statusbar-item[id="status.editor.selection"]', { hasText: `Ln ${LINE}, ` }).waitFor();
  });
});
