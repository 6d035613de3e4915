/** What learners see of an exercise: its statement beside its entry, its files saved, put back, or as a workspace. */
import path from "node:path";
import * as vscode from "vscode";
import type { Attempt } from "./attempts.ts";
import { VIEW } from "./contributions.ts";
import { learnerFolder } from "./learnerFolder.ts";

/** VS Code's own rendered Markdown, as an editor: unlike its command, it says when it is there and in which column. */
const RENDERED = "vscode.markdown.preview.editor";

/** The entry with the focus, the rendered statement beside it. The window keeps its workspace. */
export async function showAttempt(attempt: Attempt): Promise<void> {
  const showEntry = () => vscode.window.showTextDocument(entryUri(attempt), { viewColumn: vscode.ViewColumn.One, preview: false });
  let shown = showEntry();
  await shown;
  // A rendered page takes the focus when its tab appears, even when it is asked not to, and may then take seconds to load.
  const back = vscode.window.tabGroups.onDidChangeTabGroups(({ changed }) => {
    if (changed.some((group) => group.isActive && group.viewColumn !== vscode.ViewColumn.One)) shown = showEntry();
  });
  await showStatement(attempt);
  back.dispose();
  await shown;
}

/** A window on the learner's own folder with nothing open begins with what there is to do. */
export async function beginWithExercises(): Promise<void> {
  const [root, ...others] = vscode.workspace.workspaceFolders ?? [];
  const empty = vscode.window.tabGroups.all.every((group) => group.tabs.length === 0);
  if (root?.uri.fsPath === learnerFolder() && others.length === 0 && empty) await vscode.commands.executeCommand(`${VIEW}.focus`);
}

/** In a tab that the next statement takes over. */
export const showStatement = (attempt: Attempt): Promise<void> => showRendered(vscode.Uri.file(path.join(attempt.folder, "README.md")), { preview: true });

/** Markdown, rendered, beside the code. */
export async function showRendered(uri: vscode.Uri, { preview = false } = {}): Promise<void> {
  await renderAnew();
  await vscode.commands.executeCommand("vscode.openWith", uri, RENDERED, { viewColumn: columnBeside(), preserveFocus: true, preview });
}

/**
 * VS Code's renderer keeps the tokens of the last page by its address and version. A file that was closed and has changed since begins at version 1 again, and
 * would be shown as it was.
 */
const renderAnew = () =>
  vscode.commands.executeCommand("markdown.api.render", { uri: vscode.Uri.from({ scheme: "practicum-blank" }), version: 0, getText: () => "" });

/** The column that is not the code's. */
export function columnBeside(): vscode.ViewColumn {
  return vscode.window.activeTextEditor?.viewColumn === vscode.ViewColumn.Two ? vscode.ViewColumn.One : vscode.ViewColumn.Two;
}

export const entryUri = ({ exercise, folder }: Attempt): vscode.Uri => vscode.Uri.file(path.join(folder, exercise.entry));

/** Writes the attempt's edited files to disk. */
export async function saveAttempt({ folder }: Attempt): Promise<void> {
  const within = (document: vscode.TextDocument) => document.isDirty && document.uri.scheme === "file" && document.fileName.startsWith(folder + path.sep);
  await Promise.all(vscode.workspace.textDocuments.filter(within).map((document) => document.save()));
}

/** Opens the exercise's folder as the workspace, in this window when that replaces nothing. */
export async function openAsWorkspace({ folder }: Attempt): Promise<void> {
  const forceNewWindow = (vscode.workspace.workspaceFolders?.length ?? 0) > 0;
  await vscode.commands.executeCommand("vscode.openFolder", vscode.Uri.file(folder), { forceNewWindow });
}
