/** Work that takes a while: a notification that says how far it is, with a way to cancel. */
import * as vscode from "vscode";
import { inert } from "../protocol/plainText.ts";

/** @throws an AbortError when it is cancelled @param work reports with a few words, and with how much of a hundred is done since */
export function cancellable<T>(title: string, work: (signal: AbortSignal, report: (message: string, increment?: number) => void) => Promise<T>): Thenable<T> {
  return vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title: inert(title), cancellable: true }, (progress, token) => {
    const cancellation = new AbortController();
    token.onCancellationRequested(() => cancellation.abort());
    return work(cancellation.signal, (message, increment) => progress.report({ message: inert(message), ...(increment !== undefined && { increment }) }));
  });
}
