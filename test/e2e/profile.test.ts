import assert from "node:assert/strict";
import { packFile, Workbench } from "./workbench.ts";

const PROFILE = packFile("13-forward-profile/reference/profile.ts");

describe("the profiler in the installed extension", () => {
  let workbench: Workbench;
  before(async () => {
    workbench = await Workbench.open({ "files.autoSave": "off", "practicum.gradeOnSave": false });
  });
  afterEach(async function () {
    if (this.currentTest?.state === "failed") await workbench.keepPicture(this.currentTest.title);
  });
  after(() => workbench?.close());

  it("Profile Exercise shows where a forward pass spends its time, by component and operation", async () => {
    await workbench.openExercise("Where a forward pass spends its time", true);
    await workbench.pasteAndSave(PROFILE);
    await workbench.command("Practicum: Profile Exercise");
    const panel = workbench.panel();
    await panel.locator('body[data-run-state="finished"][data-tab="profile"]').waitFor();
    const components = panel.getByRole("table", { name: "Time by component" });
    for (const name of ["attention", "feedForward", "layerNorm", "embedding", "output"]) await components.getByRole("button", { name, exact: true }).waitFor();
    await panel.getByText(/attention reaches \d+(\.\d+)? % of this machine's matmul rate/).waitFor();
    await panel.getByRole("table", { name: "Operations" }).getByRole("button", { name: "matMul", exact: true }).waitFor();
    await panel.locator(".flame canvas:not([data-boxes='0'])").waitFor();
    await panel.getByRole("button", { name: /^peak .* after / }).waitFor();
  }).timeout(240_000);

  it("a component leads to its line in the learner's file", async () => {
    await workbench.panel().getByRole("table", { name: "Time by component" }).getByRole("button", { name: "attention", exact: true }).click();
    const line = PROFILE.split("\n").findIndex((text) => text.includes('trace.span("attention"')) + 1;
    const column = (PROFILE.split("\n")[line - 1] as string).indexOf("span(") + 1;
    await workbench.cursor(line, column).waitFor();
  });

  it("a panel that is closed and opened again shows the same profile", async () => {
    const totals = (): Promise<string | null> => workbench.panel().locator(".totals").textContent();
    const before = await totals();
    await workbench.closePanel();
    await workbench.command("Practicum: Show Panel");
    await workbench.panel().getByRole("tab", { name: "Profile" }).click();
    await workbench.panel().locator(".totals").waitFor();
    assert.equal(await totals(), before);
  });
});
