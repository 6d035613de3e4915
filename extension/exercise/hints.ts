/** `hints.md` as a ladder: each heading is one step, revealed one at a time. */

export interface Hint {
  readonly title: string;
  /** Markdown with $math$. */
  readonly text: string;
}

export function parseHints(markdown: string): Hint[] {
  const hints: { title: string; lines: string[] }[] = [];
  let fenced = false;
  for (const line of markdown.split(/\r?\n/)) {
    if (/^\s*(```|~~~)/.test(line)) fenced = !fenced;
    const title = fenced ? undefined : /^#{1,6}\s+(.+?)\s*#*$/.exec(line)?.[1];
    if (title) hints.push({ title, lines: [] });
    else hints.at(-1)?.lines.push(line);
  }
  const steps = hints.map(({ title, lines }) => ({ title, text: lines.join("\n").trim() }));
  return steps.filter((hint) => hint.text !== ""); // a heading without text is the page's title
}
