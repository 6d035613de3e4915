/** Where a learner's functions stand in a file. Pure. */

/** A name in a text; lines and columns from 0. */
export interface NamePlace {
  readonly line: number;
  readonly start: number;
  readonly end: number;
}

const DECLARED = /^(export\s+)?(?:default\s+)?(?:async\s+)?(?:function\s*\*?|class|const|let)\s+(\w+)/;

/** The function or class of that name; without one, or where there is none of that name, the first that is exported; else the file's beginning. */
export function functionPlace(source: string, name?: string): NamePlace {
  const declared = source.split("\n").flatMap((text, line) => {
    const found = DECLARED.exec(text);
    return found ? [{ line, exported: found[1] !== undefined, name: found[2] as string, end: found[0].length }] : [];
  });
  const one = declared.find((each) => each.name === name) ?? declared.find((each) => each.exported);
  return one ? { line: one.line, start: one.end - one.name.length, end: one.end } : { line: 0, start: 0, end: 0 };
}
