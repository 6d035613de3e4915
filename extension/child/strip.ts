/** TypeScript to JavaScript by erasing types: every line and column stays where it was. */
import * as nodeModule from "node:module";
import type { SourceLocation } from "../protocol/runtime.ts";

/** A file that cannot be read as a program. */
export class CompileError extends Error {
  readonly location: SourceLocation;
  constructor(message: string, location: SourceLocation) {
    super(message);
    this.name = "CompileError";
    this.location = location;
  }
}

type Strip = (code: string) => string;
let strip: Strip | undefined;

/** Node's own stripper where there is one (22.13 or newer), the library that Node took it from otherwise. Primed, as the first call is slow. */
export async function prepareStripper(): Promise<"node" | "amaro"> {
  const own = (nodeModule as { stripTypeScriptTypes?: Strip }).stripTypeScriptTypes;
  strip = own ?? (await amaroStripper());
  strip("let primed: number;");
  return own ? "node" : "amaro";
}

/** @throws {CompileError} at the line and column of the mistake */
export function stripTypes(code: string, file: string): string {
  if (!strip) throw new Error("prepareStripper comes first");
  try {
    return strip(code);
  } catch (error) {
    throw new CompileError(error instanceof Error ? error.message : firstLine(String(error)), { file, ...position(error) });
  }
}

async function amaroStripper(): Promise<Strip> {
  const { transformSync } = (await import(new URL("./amaro.mjs", import.meta.url).href)).default;
  return (code) => transformSync(code, { mode: "strip-only" }).code;
}

const firstLine = (text: string): string => text.trim().replace(/^x /, "").split("\n")[0] as string;

/**
 * Node puts ":LINE", the source around it and a line of carets before the stack; the library prints "[LINE:1]", numbered lines and carets.
 */
function position(error: unknown): { line: number; column: number } {
  const text = error instanceof Error ? (error.stack ?? "") : String(error);
  const line = Number(/^[^\n]*:(\d+)\n/.exec(text)?.[1] ?? /\[(\d+):\d+\]/.exec(text)?.[1] ?? 1);
  const carets = text.split("\n").find((row) => /^[\s:]*\^+\s*$/.test(row));
  if (!carets) return { line, column: 1 };
  const margin = /^\s*: /.exec(carets)?.[0].length ?? 0;
  return { line, column: carets.indexOf("^") - margin + 1 };
}
