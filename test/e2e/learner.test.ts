import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { gone } from "../processes/children.ts";
import { processOfRun } from "./processes.ts";
import { packFile, packFiles, Workbench } from "./workbench.ts";

const POSITIONS = "03-sinusoidal-positions";
const GPT = "05-minimal-gpt";
const REFERENCE = packFile(`${POSITIONS}/reference/positions.ts`);

/** One walk, in the order in which a learner takes it. */
describe("a learner in the installed extension", () => {
  let workbench: Workbench;
  before(async () => {
    workbench = await Workbench.open({ "files.autoSave": "off" });
  });
  afterEach(async function () {
    if (this.currentTest?.state === "failed") await workbench.keepPicture(this.currentTest.title);
  });
  after(() => workbench?.close());

  it("opens an exercise from the tree: starter and statement side by side, formulas set", async () => {
    await workbench.openExercise("Sinusoidal positions", true);
    await workbench.statement().getByRole("heading", { name: "Sinusoidal positions" }).waitFor();
    await workbench.statement().locator(".katex").first().waitFor();
    await workbench.verdict(/not graded yet/).waitFor();
  });

  it("has nothing in the folder that tells the answers", () => {
    const files = readdirSync(workbench.attempt(POSITIONS), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const texts = files.map((file) => readFileSync(path.join(file.parentPath, file.name), "utf8"));
    const secret = packFiles(POSITIONS).filter((file) => /\.check\.ts$|(reference|misconceptions|variants|oracle)\/|hints\.md$/.test(file));
    assert.ok(secret.length > 3, secret.join());
    for (const file of secret) assert.ok(!texts.includes(packFile(file)), file);
    assert.deepEqual(
      files.filter(({ name }) => /check|hint|oracle/.test(name)).map(({ name }) => name),
      [],
    );
  });

  it("completes tf and practicum without an install, and marks nothing in the starter as wrong", async () => {
    await workbench.suggestions(`${REFERENCE}\ntf.variableG`, "variableGrads");
    await workbench.suggestions('import { trace } from "practicum";\ntrace.', "log");
    await workbench.paste(packFile(`${POSITIONS}/starter/positions.ts`));
    await workbench.errors(0).waitFor();
  });

  it("shows after a save that all fast checks passed, and the backend", async () => {
    await workbench.pasteAndSave(REFERENCE);
    await workbench.verdict(/^\s*\d+\/\d+, fast checks passed · \w+\s*$/).waitFor();
  });

  it("tells the misconception when sine and cosine are swapped", async () => {
    const swapped = packFile(`${POSITIONS}/misconceptions/sine-and-cosine-swapped.ts`);
    await workbench.pasteAndSave(swapped);
    await workbench.verdict(/^\s*\d+\/\d+ · \w+\s*$/).waitFor();
    await workbench.verdict(/./).click();
    const [, sentence] = /^\/\/\s*(.+)/.exec(swapped) as unknown as [string, string];
    await workbench.panel().locator(".diagnosis", { hasText: sentence }).first().waitFor();
  });

  it("marks the line of a syntax error, and calls it errored", async () => {
    const lines = REFERENCE.split("\n");
    const at = lines.findIndex((line) => line.startsWith("export function"));
    await workbench.pasteAndSave(lines.toSpliced(at, 0, "const oops = ;").join("\n"));
    await workbench.verdict(/errored/).waitFor();
    await workbench.problems();
    await workbench.problem(`Practicum[Ln ${at + 1}, `).waitFor();
    await workbench.problems();
    await workbench.pasteAndSave(REFERENCE);
    await workbench.verdict(/fast checks passed/).waitFor();
    await workbench.errors(0).waitFor();
  });

  it("draws the curve while training goes on; cancel ends the process and keeps the curve", async () => {
    await workbench.openExercise("Minimal GPT");
    await workbench.pasteAndSave(packFile(`${GPT}/reference/gpt.ts`));
    await workbench.editorAction("Run Exercise").click();
    const curve = "canvas:not([data-points='0']):not([data-points='1'])";
    await workbench.panel().locator(`body[data-run-state="running"] ${curve}`).first().waitFor();
    const runtime = await processOfRun(workbench.home.folder);
    const asked = performance.now();
    await workbench.panel().getByRole("button", { name: "Cancel" }).click();
    await gone(runtime);
    console.log(`      the process was gone ${Math.round(performance.now() - asked)} ms after the click on Cancel`);
    await workbench.panel().locator(`body[data-run-state="cancelled"] ${curve}`).first().waitFor();
  });

  it("starts again by the keys; a click while it runs ends that run and starts another", async () => {
    await workbench.editor().click();
    await workbench.page.keyboard.press("Control+Alt+R");
    const progress = (steps: RegExp) => workbench.panel().locator('body[data-run-state="running"] .done', { hasText: steps }).waitFor();
    await progress(/training: ([6-9]\d|\d{3}) of/);
    await workbench.editorAction("Run Exercise").click();
    await progress(/training: [1-4]?\d of/);
  });

  it("keeps the curve while the panel is closed, and ends with all checks, the slow ones included", async () => {
    const points = workbench.panel().locator("canvas").first();
    await workbench.panel().locator("canvas:not([data-points='0'])").first().waitFor();
    const before = Number(await points.getAttribute("data-points"));
    await workbench.closePanel();
    await workbench.command("Practicum: Show Panel");
    await workbench.panel().locator('body:is([data-run-state="running"], [data-run-state="grading"], [data-run-state="finished"])').waitFor();
    await workbench.panel().locator("canvas:not([data-points='0'])").first().waitFor();
    assert.ok(Number(await points.getAttribute("data-points")) >= before);
    await workbench.panel().locator('body[data-run-state="finished"]').waitFor({ timeout: 300_000 });
    const all = [...packFile(`${GPT}/gpt.check.ts`).matchAll(/^ {2}points: (\d+),/gm)].reduce((sum, [, points]) => sum + Number(points), 0);
    await workbench.verdict(new RegExp(`^\\s*${all}/${all} · \\w+\\s*$`)).waitFor();
  }).timeout(400_000);
});
