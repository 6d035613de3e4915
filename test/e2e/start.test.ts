import assert from "node:assert/strict";
import { webview } from "../tools/browser.ts";
import { newHome } from "../tools/web.ts";
import { packFile, Workbench } from "./workbench.ts";

const REFERENCE = packFile("01-gpt2-parameter-count/reference/parameters.ts");

/** `npm start`, as a newcomer meets it: its own settings, and whatever VS Code in a browser does by itself, such as saving while one types. */
describe("npm start", () => {
  const { folder } = newHome();
  let workbench: Workbench;
  before(async () => {
    workbench = await Workbench.start(folder);
  });
  afterEach(async function () {
    if (this.currentTest?.state === "failed") await workbench.keepPicture(this.currentTest.title);
  });
  after(() => workbench?.close());

  it("begins with the exercises", async () => {
    await workbench.treeItem("Count GPT-2's parameters").waitFor();
  });

  it("grades when typing pauses, and leaves the keys to the editor", async () => {
    await workbench.openExercise("Count GPT-2's parameters", true);
    await workbench.paste(REFERENCE);
    const all = /^\s*(\d+)\/\1 · \w+\s*$/;
    await workbench.verdict(all).waitFor();
    await workbench.page.keyboard.type("// typed on");
    await workbench.page.locator(".view-line", { hasText: "// typed on" }).waitFor();
    await workbench.verdict(all).waitFor();
    await workbench.page.locator(".monaco-editor.focused").waitFor();
  });

  it("a window that is loaded anew has its panel again, about the exercise being edited", async () => {
    await workbench.command("Practicum: Show Panel");
    const title = workbench.panel().locator("header h1", { hasText: "Count GPT-2's parameters" });
    await workbench.panel().locator("vscode-panel-tab#checks").waitFor();
    await title.waitFor();
    await workbench.command("Developer: Reload Window");
    await workbench.panel().locator("body").waitFor({ state: "detached" });
    await workbench.panel().locator("vscode-panel-tab#checks").waitFor();
    await title.waitFor();
  });

  it("the extension's page is the README, without a picture that is not there", async () => {
    await workbench.activity("Extensions").click();
    await workbench.page.locator(".extension-list-item", { hasText: "Practicum" }).first().click();
    const page = webview(workbench.page, 1); // the panel is the first
    await page.getByRole("heading", { name: "For learners" }).waitFor();
    assert.equal(await page.locator("img").count(), 0);
  });

  it("knows the learner again, in another browser and at the same address", async () => {
    const { base } = workbench.server;
    await workbench.close();
    workbench = await Workbench.start(folder);
    assert.equal(workbench.server.base, base);
    await workbench
      .treeItem("Count GPT-2's parameters")
      .locator(".label-description", { hasText: /^(\d+)\/\1 · easy$/ })
      .waitFor();
  });

  it("and at another", async () => {
    await workbench.close();
    workbench = await Workbench.start(folder, 1 + Number(new URL(workbench.server.base).port));
    await workbench
      .treeItem("Count GPT-2's parameters")
      .locator(".label-description", { hasText: /^(\d+)\/\1 · easy$/ })
      .waitFor();
  });
});
