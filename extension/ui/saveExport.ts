/** Writes what the panel exports to where the learner says. */
import path from "node:path";
import * as vscode from "vscode";
import type { PanelIntent } from "../protocol/panel.ts";
import { learnerFolder } from "./learnerFolder.ts";

export type Export = Omit<Extract<PanelIntent, { kind: "save" }>, "kind">;

export async function saveExport({ name, content, encoding }: Export): Promise<void> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file(learnerFolder());
  const target = await vscode.window.showSaveDialog({ defaultUri: vscode.Uri.joinPath(folder, path.basename(name)) });
  if (target) await vscode.workspace.fs.writeFile(target, Buffer.from(content, encoding));
}
