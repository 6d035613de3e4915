/** What learners see of an exercise: its statement beside its entry, its files saved, put back, or as a workspace. */
import path from "node:path";
import * as vscode from "vscode";
import type { Attempt } from "./attempts.ts";

/** The entry in the first column with the focus, the rendered statement beside it. The window keeps its workspace. */
export async function showAttempt(attempt: Attempt): Promise<void> {
  const entry = await vscode.window.showTextDocument(entryUri(attempt), { viewColumn: vscode.ViewColumn.One, preview: false });
  await showStatement(attempt);
  await vscode.window.showTextDocument(entry.document, { viewColumn: vscode.ViewColumn.One, preview: false });
}

export async function showStatement({ folder }: Attempt): Promise<void> {
  await vscode.commands.executeCommand("markdown.showPreviewToSide", vscode.Uri.file(path.join(folder, "README.md")));
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
