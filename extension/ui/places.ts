/** Where in the learner's files something is to be said. */
import path from "node:path";
import * as vscode from "vscode";
import type { CheckResult } from "../protocol/grade.ts";
import type { SourceLocation } from "../protocol/runtime.ts";
import { BYTES } from "../supervisor/files/bounds.ts";
import { readBytesSync } from "../supervisor/files/read.ts";
import type { Attempt } from "./attempts.ts";
import { functionPlace } from "./entryPoint.ts";
import { entryUri } from "./workbench.ts";

/** The place in the learner's files, or nothing when it is not in one. */
export function placeOf(attempt: Attempt, { file, line, column }: SourceLocation): vscode.Location | undefined {
  const absolute = path.resolve(attempt.folder, file);
  if (path.relative(attempt.folder, absolute).startsWith("..")) return undefined;
  const start = new vscode.Position(Math.max(0, line - 1), Math.max(0, column - 1));
  return new vscode.Location(vscode.Uri.file(absolute), new vscode.Range(start, new vscode.Position(start.line, Number.MAX_SAFE_INTEGER)));
}

/** The line that threw, else the function that the check is about. */
export const placeOfCheck = (attempt: Attempt, { location, asks }: Pick<CheckResult, "location" | "asks">): vscode.Location =>
  (location && placeOf(attempt, location)) ?? functionOf(attempt, asks);

/** The name of the entry's function, or of its first exported one. */
export function functionOf(attempt: Attempt, name?: string): vscode.Location {
  const uri = entryUri(attempt);
  const { line, start, end } = functionPlace(textOf(uri), name);
  return new vscode.Location(uri, new vscode.Range(line, start, line, end));
}

/** As the editor holds it, else as it is on disk. At once, not later: verdicts must not overtake each other. */
function textOf(uri: vscode.Uri): string {
  const open = vscode.workspace.textDocuments.find((document) => document.uri.fsPath === uri.fsPath);
  if (open) return open.getText();
  try {
    return readBytesSync(uri.fsPath, BYTES.module)?.toString("utf8") ?? "";
  } catch {
    return ""; // it cannot be read: the verdict says so
  }
}
