/** The contribution table's types on VS Code's stringly functions. */
import * as vscode from "vscode";
import type { CommandId, ContextKeys, Settings } from "./contributions.ts";

export const setting = <K extends keyof Settings>(key: K): Settings[K] => vscode.workspace.getConfiguration().get(key) as Settings[K];

export const setContext = <K extends keyof ContextKeys>(key: K, value: ContextKeys[K]): Thenable<unknown> =>
  vscode.commands.executeCommand("setContext", key, value);

export const command = (id: CommandId, title: string, ...args: unknown[]): vscode.Command => ({ command: id, title, arguments: args });

export const runCommand = (id: CommandId, ...args: unknown[]): Thenable<unknown> => vscode.commands.executeCommand(id, ...args);
