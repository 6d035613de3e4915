import { packFile, Workbench } from "./workbench.ts";

const REFERENCE = packFile("03-sinusoidal-positions/reference/positions.ts");
const SWAPPED = packFile("03-sinusoidal-positions/misconceptions/sine-and-cosine-swapped.ts");

/** A learner who has not said yet that the workspace may run code, and who does not want every save graded. */
describe("what a learner chooses", () => {
  let workbench: Workbench;
  before(async () => {
    workbench = await Workbench.open({
      "files.autoSave": "off",
      "practicum.gradeOnSave": false,
      "security.workspace.trust.enabled": true,
      "security.workspace.trust.startupPrompt": "never",
      "security.workspace.trust.untrustedFiles": "open",
    });
  });
  afterEach(async function () {
    if (this.currentTest?.state === "failed") await workbench.keepPicture(this.currentTest.title);
  });
  after(() => workbench?.close());

  it("an untrusted workspace: nothing is run or graded, and the reason is said", async () => {
    await workbench.openExercise("Sinusoidal positions", true);
    await workbench.pasteAndSave(REFERENCE);
    await workbench.command("Practicum: Grade All Checks Now");
    await workbench
      .notification(/this workspace is not trusted/)
      .first()
      .waitFor();
  });

  it("trust: what was refused is graded", async () => {
    await workbench.trust();
    await workbench.command("Practicum: Grade All Checks Now");
    await workbench.verdict(/^\s*(\d+)\/\1 · \w+\s*$/).waitFor();
  });

  it("a continuous run of the Testing view: saves are graded although the setting is off", async () => {
    await workbench.command("Test: Start Continuous Run");
    await workbench.pasteAndSave(SWAPPED);
    await workbench.verdict(/^(?!\s*(\d+)\/\1 )\s*\d+\/\d+ · \w+\s*$/).waitFor();
    await workbench.command("Test: Stop Continuous Run");
  });

  it("the doctor: every backend, and what it does or why it is not there", async () => {
    await workbench.command("Practicum: Doctor");
    const page = workbench.statement();
    await page.getByRole("heading", { name: "Practicum Doctor" }).waitFor();
    await page.getByRole("row", { name: /^tfjs-node-gpu .*Install GPU Backend/i }).waitFor();
    await page.getByRole("row", { name: /^wasm .*GFLOP\/s/ }).waitFor();
  });
});
