// Does every exercise of the built-in pack in the installed extension, with its reference, and takes a picture of each run: out/pictures/NN.png.
import assert from "node:assert/strict";
import { cpSync, mkdirSync } from "node:fs";
import path from "node:path";
import type { Exercise } from "../../extension/exercise/model.ts";
import { readPack } from "../../extension/supervisor/packStore.ts";
import { Workbench } from "../../test/e2e/workbench.ts";
import { OUT } from "../../test/tools/paths.ts";
import { installWeb } from "../../test/tools/webInstall.ts";
import { makePackage, ROOT, vsixFile } from "./tasks.ts";

const FOLDER = path.join(OUT, "pictures");
const RUN_MS = 240_000;
const wanted = process.argv.slice(2).map(Number);

makePackage();
installWeb();
process.env.PRACTICUM_VSIX = vsixFile();
mkdirSync(FOLDER, { recursive: true });
const { exercises } = await readPack(path.join(ROOT, "exercises/transformers-and-llms"));
const workbench = await Workbench.open({ "files.autoSave": "off", "practicum.gradeOnSave": false }, { width: 1320, height: 900 });
let first = true;
try {
  for (const exercise of exercises.filter(({ slug }) => wanted.length === 0 || wanted.includes(Number.parseInt(slug, 10)))) {
    await take(exercise);
    first = false;
  }
} finally {
  await workbench.close();
}

async function take({ title, slug, folder }: Exercise): Promise<void> {
  const number = slug.slice(0, 2);
  const shoot = (what: string): Promise<unknown> => workbench.page.screenshot({ path: path.join(FOLDER, `${number}-${what}.png`) });
  try {
    await workbench.openExercise(title, first);
    await workbench.statement().locator(".katex").first().waitFor();
    assert.equal(await workbench.statement().locator(".katex-error").count(), 0, `${slug}: a formula of the statement is not set`);
    await shoot("statement");
    cpSync(path.join(folder, "reference"), workbench.attempt(slug), { recursive: true });
    await workbench.command("Practicum: Run Exercise");
    await workbench.panel().getByRole("heading", { name: title }).waitFor();
    await workbench.panel().getByText("Finished", { exact: true }).waitFor({ timeout: RUN_MS });
    await workbench.verdict(/^\s*(\d+)\/\1 · /).waitFor({ timeout: RUN_MS });
    await shoot("run");
    console.log(`${slug}: ran, all checks passed`);
    await workbench.closePanel();
  } catch (problem) {
    await shoot("problem");
    throw problem;
  }
}
