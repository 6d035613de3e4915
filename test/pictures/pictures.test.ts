import assert from "node:assert/strict";
import { cpSync, mkdirSync } from "node:fs";
import path from "node:path";
import type { ElementHandle, Locator } from "playwright-core";
import type { Exercise } from "../../extension/exercise/model.ts";
import { readPack } from "../../extension/supervisor/packStore.ts";
import { Workbench } from "../e2e/workbench.ts";
import { OUT, ROOT } from "../tools/paths.ts";

const FOLDER = path.join(OUT, "pictures");
const SIZE = { width: 1320, height: 1600 };
const RUN_MS = 600_000; // on a busy machine
const { exercises } = await readPack(path.join(ROOT, "exercises/transformers-and-llms"));

/** Every exercise of the chapter, done with its reference as a learner would do it: out/pictures/NN.png has all that its run draws. */
describe("the chapter in the installed extension", () => {
  let workbench: Workbench;
  before(async () => {
    mkdirSync(FOLDER, { recursive: true });
    workbench = await Workbench.open({ "files.autoSave": "off", "practicum.gradeOnSave": false, "editor.minimap.enabled": false }, SIZE);
  });
  afterEach(async function () {
    if (this.currentTest?.state === "failed") await workbench.keepPicture(this.currentTest.title);
  });
  after(() => workbench?.close());

  /** A picture taken earlier has gaps where the symbols are to be. */
  const fontsLoaded = async (): Promise<void> => void (await document.fonts.ready);

  let first = true;
  for (const exercise of exercises) {
    const { slug, title, folder } = exercise;
    const number = slug.slice(0, 2);

    it(`${slug}: the statement's formulas are set, in light and dark`, async () => {
      await workbench.openExercise(title, first);
      first = false;
      await workbench.statement().locator(".katex").first().waitFor();
      assert.equal(await workbench.statement().locator(".katex-error").count(), 0);
      await workbench.statement().locator("body").evaluate(fontsLoaded);
      for (const look of ["dark", "light"]) {
        await workbench.command("Preferences: Toggle between Light/Dark Themes");
        await workbench.statement().locator(`body.vscode-${look}`).waitFor();
        await workbench.page.screenshot({ path: path.join(FOLDER, `${number}-statement-${look}.png`) });
      }
    });

    it(`${slug}: the run draws its plots, and all checks pass`, async () => {
      cpSync(path.join(folder, "reference"), workbench.attempt(slug), { recursive: true });
      await workbench.command("Practicum: Run Exercise");
      const panel = workbench.panel();
      await panel.getByRole("heading", { name: title }).waitFor();
      await panel.locator('body[data-run-state="finished"]').waitFor({ timeout: RUN_MS });
      await workbench.verdict(/\d+\/\d+ · /).waitFor({ timeout: RUN_MS });
      assert.match((await workbench.verdict(/./).textContent())?.trim() ?? "", /^(\d+)\/\1 · /);
      const points = await panel.locator("#plots-view canvas").evaluateAll((plots) => plots.map((plot) => Number(plot.dataset.points)));
      assert.ok(points.length >= declaredPlots(exercise), `${points.length} plots`);
      assert.ok(!points.includes(0), `points of each plot: ${points}`);
      await workbench.command("Notifications: Clear All Notifications");
      await workbench.page.locator(".quick-input-widget").waitFor({ state: "hidden" });
      await takeWhole(panel.locator("#plots-view .plot").last(), path.join(FOLDER, `${number}.png`));
      await workbench.closePanel();
    }).timeout(2 * RUN_MS);
  }

  /** The window grows until the last part of a page is in it. */
  async function takeWhole(last: Locator, file: string): Promise<void> {
    const part = (await last.elementHandle()) as ElementHandle<HTMLElement>;
    const below = await part.evaluate((element) => element.getBoundingClientRect().bottom - window.innerHeight);
    await workbench.page.setViewportSize({ ...SIZE, height: SIZE.height + Math.ceil(Math.max(0, below)) });
    await (await part.ownerFrame())?.waitForFunction((element) => element.getBoundingClientRect().bottom <= window.innerHeight, part);
    await workbench.page.screenshot({ path: file });
    await workbench.page.setViewportSize(SIZE);
  }
});

/** As many as its program declares at least; one within a loop may be several. */
const declaredPlots = ({ files }: Exercise): number => files["run.ts"]?.match(/trace\.plot\(/g)?.length ?? 0;
