/** Markdown in tooltips. */
import * as vscode from "vscode";

/** Ours with the text of others: what stands in `${}` is shown as text, whatever it looks like; Markdown of ours stays. Links of commands are followed in neither. */
export function markdown(ours: TemplateStringsArray, ...values: readonly (string | vscode.MarkdownString)[]): vscode.MarkdownString {
  const all = new vscode.MarkdownString("", true);
  for (const [i, part] of ours.entries()) {
    all.appendMarkdown(part);
    const value = values[i];
    if (typeof value === "string") all.appendText(value);
    else if (value) all.appendMarkdown(value.value);
  }
  return all;
}

/** A product icon of ours. */
export const icon = (name: string): vscode.MarkdownString => new vscode.MarkdownString(`$(${name})`, true);

export const joined = (parts: readonly vscode.MarkdownString[], between = "\n\n"): vscode.MarkdownString =>
  new vscode.MarkdownString(parts.map(({ value }) => value).join(between), true);
