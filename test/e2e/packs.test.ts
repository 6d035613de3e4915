/** A pack that is not built in: an instructor proves it, a learner installs it. Both in the installed extension. */
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
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

  it("is installed once its origin was seen and trusted, and graded like any other", async () => {
    await workbench.command("Practicum: Install Pack");
    await workbench.page.locator(".quick-input-widget input").fill(pack);
    await workbench.page.keyboard.press("Enter");
    const dialog = workbench.page.getByRole("dialog");
    await dialog.getByText(/Signed by: nobody/).waitFor();
    await dialog.getByRole("button", { name: "Trust and Install" }).click();
    await workbench.treeItem("Probability").waitFor();
    await workbench.openExercise("Softmax", true);
    await workbench.pasteAndSave(await readFile(path.join(pack, "01-softmax/reference/softmax.ts"), "utf8"));
    await workbench.verdict(/^\s*4\/4 · \w+\s*$/).waitFor();
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
