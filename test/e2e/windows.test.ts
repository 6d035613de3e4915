import { packFile, Workbench } from "./workbench.ts";

const GPT = packFile("05-minimal-gpt/reference/gpt.ts");

/** Two windows on one folder, each with an extension host of its own; what has ended in one is there to compare with in the other. */
describe("two windows", () => {
  let one: Workbench;
  let other: Workbench;
  before(async function () {
    this.timeout(300_000); // two windows to open
    one = await Workbench.open({ "files.autoSave": "off" });
    await one.openExercise("Minimal GPT", true);
    await one.pasteAndSave(GPT);
    await one.verdict(/fast checks passed/).waitFor();
    other = await one.another();
    await other.openExercise("Minimal GPT");
    await other.verdict(/./).waitFor();
  });
  afterEach(async function () {
    if (this.currentTest?.state === "failed") for (const [i, window] of [one, other].entries()) await window.keepPicture(`${this.currentTest.title} ${i}`);
  });
  after(() => one?.close());

  const drawn = "canvas:not([data-points='0']):not([data-points='1'])";

  it("a run that one starts is no run of the other, neither live nor earlier", async () => {
    await one.command("Practicum: Run Exercise");
    await one.panel().locator(`body[data-run-state="running"] ${drawn}`).first().waitFor();
    await other.command("Practicum: Show Panel");
    await other.panel().getByText("Nothing has run yet").waitFor();
    await other.panel().locator('body[data-run-state="none"] .earlier[hidden]').waitFor({ state: "attached" });
  });

  it("both run at the same time, each with its own curve", async () => {
    await other.editor().click();
    await other.command("Practicum: Run Exercise");
    await other.panel().locator(`body[data-run-state="running"] ${drawn}`).first().waitFor();
    await one.panel().locator('body[data-run-state="running"]').waitFor();
    await other.panel().getByRole("button", { name: "Cancel" }).click();
    await other.panel().locator('body[data-run-state="cancelled"]').waitFor();
    await one.panel().locator('body[data-run-state="running"]').waitFor();
  });

  it("what has ended in one is an earlier run of the other, whose curves are compared, also after a reload", async () => {
    await one.panel().getByRole("button", { name: "Cancel" }).click();
    await one.panel().locator('body[data-run-state="cancelled"]').waitFor();
    await one.command("Developer: Reload Window");
    await one.panel().locator("body").waitFor({ state: "detached" });
    await one.editor().click(); // the panel is about the exercise that is edited
    await one.panel().getByText("2 earlier runs").click();
    const box = one.panel().locator(".earlier vscode-checkbox").first();
    await box.click();
    await one.panel().getByText("2 earlier runs, 1 compared").waitFor();
    await one.panel().locator(`body[data-run-state="none"] ${drawn}`).first().waitFor();
    await one
      .panel()
      .locator(".legend button", { hasText: /^training loss · / })
      .waitFor();
  });
});
