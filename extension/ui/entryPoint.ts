/** Where an entry file begins for a learner: its first exported function or class. Pure. */

/** 0-based line; the first line when nothing is exported. */
export function entryLine(source: string): number {
  const line = source.split("\n").findIndex((text) => /^export\s+(default\s+)?(async\s+)?(function|class|const)\b/.test(text));
  return Math.max(0, line);
}
