/** Running or grading an attempt executes its code, so the workspace must be trusted first. */
import * as vscode from "vscode";
import { OfferedError } from "./notify.ts";

export const UNTRUSTED = "Running and grading execute the attempt's code, and this workspace is not trusted.";

export const MANAGE_TRUST: vscode.Command = { title: "Manage Workspace Trust", command: "workbench.trust.manage" };

/** @throws {UserError} in Restricted Mode */
export function requireTrust(): void {
  if (vscode.workspace.isTrusted) return;
  throw new OfferedError(UNTRUSTED, "Trust it to go on.", MANAGE_TRUST);
}
