/** A pack that is not built in: an instructor proves it, a learner installs it. Both in the installed extension. */
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Locator } from "playwright-core";
import { newPack } from "../../extension/packs/newPack.ts";
import { DIST } from "../tools/paths.ts";
import { Workbench } from "./workbench.ts";

describe("packs", () => {
  let workbench: Workbench;
  let pack: string;
  before(async () => {
    workbench = await Workbench.open({ "files.autoSave": "off" });
    pack = path.join(workbench.home.workspace, "probability");
    await newPack(pack, "Probability", DIST);
    await workbench.activity("Practicum").click(); // the explorer would have files of the same names
    await workbench.treeItem("Count GPT-2's parameters").waitFor();
  });
  afterEach(async function () {
    if (this.currentTest?.state === "failed") await workbench.keepPicture(this.currentTest.title);
  });
  after(() => workbench?.close());

  it("verify shows the proof of a new pack as a page", async () => {
    await workbench.command("Practicum: Verify Pack");
    const page = workbench.statement();
    await page.getByRole("heading", { name: "Probability: proof" }).waitFor();
    await page.getByText(/Proven: 1 exercise, 3 checks, 3 misconceptions/).waitFor();
  });

  const install = async (): Promise<Locator> => {
    await workbench.command("Practicum: Install Pack");
    await workbench.page.locator(".quick-input-widget input").fill(pack);
    await workbench.page.keyboard.press("Enter");
    return workbench.page.getByRole("dialog");
  };

  it("is installed once its origin was seen and trusted, and graded like any other", async () => {
    const dialog = await install();
    await dialog.getByText(/Signed by: nobody/).waitFor();
    await dialog.getByRole("button", { name: "Trust and Install" }).click();
    await workbench.treeItem("Probability").waitFor();
    await workbench.openExercise("Softmax", true);
    await workbench.pasteAndSave(await readFile(path.join(pack, "01-softmax/reference/softmax.ts"), "utf8"));
    await workbench.verdict(/^\s*4\/4 · \w+\s*$/).waitFor();
  });

  it("an older version takes its place only when that is chosen", async () => {
    const file = path.join(pack, "pack.json");
    await writeFile(file, (await readFile(file, "utf8")).replace("0.1.0", "0.0.9"));
    const dialog = await install();
    await dialog.getByText('"Probability" 0.0.9 is older than version 0.1.0, which is installed.').waitFor();
    await dialog.getByRole("button", { name: "Install Older Version" }).click();
    await dialog.getByRole("button", { name: "Trust and Install" }).click();
    await workbench.notification(/Probability 0\.0\.9 is installed, in the place of 0\.1\.0/).waitFor();
  });

  it("verify marks the line of what it refuses", async () => {
    const file = path.join(pack, "01-softmax/reference/softmax.ts");
    const text = await readFile(file, "utf8");
    await writeFile(file, text.replace("powers.div(", "powers.dvi("));
    await workbench.command("Practicum: Verify Pack");
    await workbench.problems();
    await workbench.problem("Property 'dvi' does not exist").first().waitFor();
  });
});
