/** Notifications and questions. VS Code makes links of `[text](address)` in them, those of commands too: here text stays text. */
import * as vscode from "vscode";
import { inert } from "../protocol/plainText.ts";

export const inform = (message: string, ...items: string[]): Thenable<string | undefined> => vscode.window.showInformationMessage(inert(message), ...items);

/** A question in the middle of the window. */
export const ask = (message: string, detail: string, yes: string): Thenable<string | undefined> =>
  vscode.window.showWarningMessage(inert(message), { modal: true, detail: inert(detail) }, yes);

export const complain = <T extends vscode.MessageItem>(message: string, items: readonly T[]): Thenable<T | undefined> =>
  vscode.window.showErrorMessage(inert(message), ...items);
