/** What an instructor does in the editor: begins a pack, sees an exercise as a learner does, proves and publishes. */
import path from "node:path";
import * as vscode from "vscode";
import { UserError } from "../errors.ts";
import type { Exercise, Pack } from "../exercise/model.ts";
import { type Made, newExercise, newPack } from "../packs/newPack.ts";
import { inert } from "../protocol/plainText.ts";
import { scaffold } from "../supervisor/attempt.ts";
import { temporaryFolder } from "../supervisor/files/temporary.ts";
import { readPack } from "../supervisor/packStore.ts";
import type { Library } from "./library.ts";
import { inform } from "./say.ts";
import { showAttempt } from "./workbench.ts";

const PACK_FILES = "**/pack.json";
const NOT_PACKS = "{**/node_modules/**,**/dist/**,**/.*/**}";

export async function makePack(dist: string): Promise<void> {
  const [parent] = (await vscode.window.showOpenDialog({ canSelectFolders: true, canSelectFiles: false, openLabel: "Make the Pack in Here" })) ?? [];
  const title = parent && (await vscode.window.showInputBox({ title: "New pack", prompt: "Its title, as learners will see it", ignoreFocusOut: true }));
  if (!parent || !title) return;
  const folder = path.join(parent.fsPath, title.replace(/[^\p{L}\p{N}]+/gu, "-").toLowerCase());
  await show(await newPack(folder, title, dist));
  const open = "Open as Workspace";
  if ((await inform(`${title} is in ${folder}.`, open)) === open)
    await vscode.commands.executeCommand("vscode.openFolder", vscode.Uri.file(folder), { forceNewWindow: true });
}

export async function makeExercise(dist: string, place: vscode.Uri | undefined): Promise<void> {
  const pack = await packFolder(place);
  const title = pack && (await vscode.window.showInputBox({ title: "New exercise", prompt: "Its title, as learners will see it", ignoreFocusOut: true }));
  if (pack && title) await show(await newExercise(pack, title, dist));
}

/** Opens an exercise exactly as a learner gets it, in a folder that is thrown away by the system. */
export async function previewAsLearner(library: Library, dist: string, place: vscode.Uri | undefined): Promise<void> {
  const from = await packFolder(place);
  if (!from) return;
  const pack = await readPack(from);
  const exercise = await pickExercise(pack, place);
  if (!exercise) return;
  library.preview(pack);
  const folder = temporaryFolder("preview");
  await scaffold(exercise, folder, dist);
  await showAttempt({ exercise, folder });
}

/**
 * The folder of the pack that a file is of; else the only one of the workspace, else asked.
 * @returns nothing when the question was closed
 */
export async function packFolder(place: vscode.Uri | undefined): Promise<string | undefined> {
  const found = (await vscode.workspace.findFiles(PACK_FILES, NOT_PACKS)).map(({ fsPath }) => path.dirname(fsPath)).sort();
  const at = place ?? vscode.window.activeTextEditor?.document.uri;
  const around = at && found.find((folder) => `${at.fsPath}${path.sep}`.startsWith(`${folder}${path.sep}`));
  if (around || found.length === 1) return around ?? found[0];
  if (found.length === 0) throw new UserError("This workspace holds no pack.", "Open the folder of one, or make one: Practicum: New Pack.");
  const items = found.map((folder) => ({ label: vscode.workspace.asRelativePath(folder), folder }));
  return (await vscode.window.showQuickPick(items, { title: "Which pack?" }))?.folder;
}

async function pickExercise({ exercises }: Pack, place: vscode.Uri | undefined): Promise<Exercise | undefined> {
  const at = place ?? vscode.window.activeTextEditor?.document.uri;
  const around = at && exercises.find((exercise) => `${at.fsPath}${path.sep}`.startsWith(`${exercise.folder}${path.sep}`));
  if (around) return around;
  const items = exercises.map((exercise) => ({ label: inert(exercise.title), description: exercise.slug, exercise }));
  return (await vscode.window.showQuickPick(items, { title: "Which exercise?" }))?.exercise;
}

async function show({ first }: Made): Promise<void> {
  await vscode.window.showTextDocument(vscode.Uri.file(first), { preview: false });
}
