// Takes the pictures of the README: the walk of a learner in the installed extension, in light and dark.
import { mkdirSync, statSync } from "node:fs";
import path from "node:path";
import { packFile, Workbench } from "../../test/e2e/workbench.ts";
import { installWeb } from "../../test/tools/webInstall.ts";
import { makePackage, ROOT, vsixFile } from "./tasks.ts";

const FOLDER = path.join(ROOT, "extension/media/shots");
const THEMES = { light: "Default Light Modern", dark: "Default Dark Modern" };
const PLAIN = { "files.autoSave": "off", "editor.minimap.enabled": false, "breadcrumbs.enabled": false, "editor.fontSize": 13, "window.title": "Practicum" };

makePackage();
installWeb();
process.env.PRACTICUM_VSIX = vsixFile();
mkdirSync(FOLDER, { recursive: true });
for (const [look, theme] of Object.entries(THEMES)) {
  const workbench = await Workbench.open({ ...PLAIN, "workbench.colorTheme": theme }, { width: 1320, height: 760 });
  try {
    await walk(workbench, (title) => take(workbench, path.join(FOLDER, `${title}-${look}.png`)));
  } catch (problem) {
    await workbench.keepPicture("shots");
    throw problem;
  } finally {
    await workbench.close();
  }
}

async function walk(workbench: Workbench, shoot: (title: string) => Promise<void>): Promise<void> {
  await workbench.openExercise("Sinusoidal positions", true);
  await workbench.statement().locator(".katex").first().waitFor();
  await workbench.errors(0).waitFor();
  await shoot("statement");

  const [, ...swapped] = packFile("03-sinusoidal-positions/misconceptions/sine-and-cosine-swapped.ts").split("\n");
  await workbench.pasteAndSave(swapped.join("\n"));
  await workbench.verdict(/\d+\/\d+ · /).waitFor();
  await workbench.page.keyboard.press("Control+Home");
  await workbench.verdict(/\d+\/\d+ · /).click();
  await workbench.panel().locator(".diagnosis").first().waitFor();
  await shoot("checks");

  await workbench.openExercise("Minimal GPT");
  await workbench.pasteAndSave(packFile("05-minimal-gpt/reference/gpt.ts"));
  await workbench.verdict(/fast checks passed/).waitFor();
  await workbench.page.keyboard.press("Control+Home");
  await workbench.command("Practicum: Run Exercise");
  await workbench
    .panel()
    .locator(".done", { hasText: /training: [2-4]\d\d of/ })
    .waitFor({ timeout: 60_000 });
  await shoot("run");

  await workbench.openExercise("Where a forward pass");
  await workbench.pasteAndSave(packFile("13-forward-profile/reference/profile.ts"));
  await workbench.verdict(/fast checks passed/).waitFor();
  await workbench.page.keyboard.press("Control+Home");
  await workbench.command("Practicum: Profile Exercise");
  await workbench.panel().locator('body[data-run-state="finished"][data-tab="profile"]').waitFor({ timeout: 120_000 });
  await shoot("profile");
}

async function take(workbench: Workbench, file: string): Promise<void> {
  await workbench.page.screenshot({ path: file });
  console.log(`${path.relative(ROOT, file)} ${Math.round(statSync(file).size / 1024)} kB`);
}
