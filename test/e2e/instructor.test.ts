/** From nothing to a proven pack: it is begun, seen as a learner sees it, and proven, or it is said at which line it is not. */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { Workbench } from "./workbench.ts";

describe("an instructor", function () {
  this.timeout(300_000);
  let workbench: Workbench;
  let folder: string;
  const page = () => workbench.page;
  const input = () => page().locator(".quick-input-widget input").first();
  const tab = (name: string) => page().locator(".tab.active", { hasText: name }).first();
  const line = (text: string) => page().locator(".view-line", { hasText: text }).first();
  /** Types into the question with that title. */
  const answer = async (title: string, text: string) => {
    await page().locator(".quick-input-widget", { hasText: title }).waitFor();
    await input().fill(text);
    await page().keyboard.press("Enter");
  };

  before(async () => {
    workbench = await Workbench.open({ "files.autoSave": "off" });
    workbench.page.setDefaultTimeout(150_000); // a proof takes its time on a busy machine
    folder = path.join(workbench.home.workspace, "chances");
    await workbench.activity("Practicum").click();
    await workbench.treeItem("Count GPT-2's parameters").waitFor();
  });
  afterEach(async function () {
    if (this.currentTest?.state === "failed") await workbench.keepPicture(this.currentTest.title);
  });
  after(async () => {
    await workbench?.close();
  });

  it("begins a pack with a worked exercise, and adds another", async () => {
    await workbench.command("Practicum: New Pack");
    await page().getByRole("button", { name: "Make the Pack in Here" }).click();
    await answer("New pack", "Chances");
    await workbench.notification(/Chances is in .*chances/).waitFor();
    await line("# Softmax").waitFor();
    await workbench.command("Practicum: New Exercise");
    await answer("New exercise", "Dice");
    await line("# Dice").waitFor();
  });

  it("sees an exercise as a learner does", async () => {
    await workbench.command("Practicum: Preview as Learner");
    await tab("softmax.ts").waitFor();
    await line("TODO").waitFor();
    await workbench.statement().getByRole("heading", { name: "Dice", level: 1 }).waitFor();
    await workbench.treeItem("Chances").filter({ hasText: "preview" }).waitFor();
    await workbench.command("View: Close All Editors");
  });

  it("cancels a proof, and nothing is left of it", async () => {
    await workbench.command("Practicum: Verify Pack");
    const proving = workbench.notification(/Verifying the pack: \d+ of \d+/);
    await proving.getByRole("button", { name: "Cancel" }).click();
    await proving.waitFor({ state: "detached" });
    assert.equal(await page().locator(".tab", { hasText: "Proof.md" }).count(), 0);
  });

  it("is told what refuses a pack, and led to the line", async () => {
    const variant = path.join(folder, "02-dice/variants/by-logarithm.ts");
    const text = await readFile(variant, "utf8");
    await writeFile(variant, `${text}\nexport const two: string = 2;\n`);
    await workbench.command("Practicum: Verify Pack");
    const proof = workbench.statement();
    await proof.getByRole("heading", { name: "What to do next: 1 problem" }).waitFor();
    await proof.getByText("TS2322: Type 'number' is not assignable to type 'string'.").waitFor();
    await proof.getByRole("link", { name: /02-dice\/variants\/by-logarithm\.ts:\d+/ }).click();
    await tab("by-logarithm.ts").waitFor();
    await workbench.cursor(text.split("\n").length + 1, 1).waitFor();
    await writeFile(variant, text);
    await workbench.command("View: Close All Editors");
  });
});
