/** Where a learner's attempts stand: chosen once, kept in a setting. */
import { homedir } from "node:os";
import path from "node:path";
import * as vscode from "vscode";
import type { Exercise } from "../exercise/model.ts";
import { SETTINGS } from "./contributions.ts";
import { setting } from "./editor.ts";

const KEY = "practicum.folder";

/** Absolute folder of all attempts. */
export function learnerFolder(): string {
  const folder = setting(KEY) || SETTINGS[KEY];
  return path.resolve(homedir(), folder.replace(/^~(?=$|[\\/])/, homedir()));
}

export const attemptFolder = (exercise: Exercise): string => path.join(learnerFolder(), exercise.pack.id, exercise.slug);

/** Asks where attempts shall stand, the first time. @returns false when the learner closed the question */
export const ensureLearnerFolder = async (): Promise<boolean> => folderIsChosen() || (await chooseLearnerFolder());

export function folderIsChosen(): boolean {
  const chosen = vscode.workspace.getConfiguration().inspect<string>(KEY);
  return chosen?.globalValue !== undefined || chosen?.workspaceValue !== undefined;
}

/** @returns whether one was chosen */
export async function chooseLearnerFolder(): Promise<boolean> {
  const usual = { label: `$(home) ${SETTINGS[KEY]}`, description: "the usual place", pick: async () => SETTINGS[KEY] };
  const other = { label: "$(folder-opened) Choose another folder…", description: "", pick: pickFolder };
  const choice = await vscode.window.showQuickPick([usual, other], {
    title: "Where shall your exercises be kept?",
    placeHolder: "Each exercise gets a folder of its own in it",
  });
  const folder = await choice?.pick();
  if (folder === undefined) return false;
  await vscode.workspace.getConfiguration().update(KEY, folder, vscode.ConfigurationTarget.Global);
  return true;
}

async function pickFolder(): Promise<string | undefined> {
  const picked = await vscode.window.showOpenDialog({ canSelectFolders: true, canSelectFiles: false, openLabel: "Keep Exercises Here" });
  return picked?.[0]?.fsPath;
}
