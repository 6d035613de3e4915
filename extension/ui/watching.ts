/** Which files changed on disk below an attempt, whoever wrote them. */
import path from "node:path";
import * as vscode from "vscode";
import type { Attempt } from "./attempts.ts";
import { attemptFolder } from "./learnerFolder.ts";

/** How many folders above are watched too: an event for each file of a folder that is moved as a whole does not come. */
const ABOVE = 3;

/**
 * Calls back after each change that may be one of the attempt's modules. What is hidden (`.practicum`, `.git`, an editor's swap file) and `node_modules`
 * are none of them. A folder is watched by each of the ways that VS Code has, for each misses something: recursively, but not where `files.watcherExclude`
 * says so; the folder alone, which sees what lies in it even then; and the folders above, which see it go and come back.
 */
export function watchAttempt(attempt: Attempt, changed: () => void): vscode.Disposable {
  const told = (matters: (name: string) => boolean) => (uri: vscode.Uri) => matters(path.relative(attempt.folder, uri.fsPath)) && changed();
  const watchers = placesOf(attempt).flatMap(([base, pattern]) => {
    const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(vscode.Uri.file(base), pattern));
    const anything = told(isRelated); // it may be a folder, and of one that is gone nobody can tell any more
    return [
      watcher,
      watcher.onDidCreate(anything),
      watcher.onDidDelete(anything),
      watcher.onDidChange(told((name) => isRelated(name) && name.endsWith(".ts"))),
    ];
  });
  return vscode.Disposable.from(...watchers);
}

/** In their usual place the attempts of a pack stand side by side: one watcher sees them all. */
function placesOf({ exercise, folder }: Attempt): [base: string, pattern: string][] {
  const parent = path.dirname(folder);
  const above: string[] = [];
  for (let at = parent; above.length < ABOVE && at !== above.at(-1); at = path.dirname(at)) above.push(at);
  return [[folder === attemptFolder(exercise) ? parent : folder, "**/*"], [folder, "*"], ...above.map((at): [string, string] => [at, "*"])];
}

/** @param name relative to the attempt: something in it that is not hidden, the attempt itself, or a folder above it */
function isRelated(name: string): boolean {
  const parts = name.split(path.sep);
  return parts.every((part) => part === "..") || !parts.some((part) => part === "node_modules" || part.startsWith("."));
}
