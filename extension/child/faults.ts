/** What is thrown by an implementation, as data. */
import path from "node:path";
import { ResponseError } from "vscode-jsonrpc";
import { UserError } from "../errors.ts";
import { BOUNDS, shortened } from "../protocol/bounds.ts";
import { IMPLEMENTATION_FAULT, type ImplementationFault, type SourceLocation, type SourceTree } from "../protocol/runtime.ts";
import { CompileError } from "./strip.ts";

/** The surface asks for a function that the implementation does not export. */
export class MissingFunction extends Error {}

/** @param trees whose files count as the implementation's own lines */
export function faultOf(thrown: unknown, trees: readonly SourceTree[]): ImplementationFault {
  try {
    return told(thrown, trees);
  } catch {
    return { kind: "threw", message: UNSHOWABLE }; // a Proxy need not even say what it is
  }
}

function told(thrown: unknown, trees: readonly SourceTree[]): ImplementationFault {
  if (thrown instanceof MissingFunction) return { kind: "missing", message: thrown.message };
  if (thrown instanceof CompileError) return { kind: "compile", message: shortened(thrown.message, BOUNDS.faultChars), location: thrown.location };
  if (thrown instanceof UserError) return { kind: "threw", message: `${thrown.message} ${thrown.remedy}` };
  const stack = textOf(() => (thrown instanceof Error ? thrown.stack : ""));
  const message = textOf(() =>
    thrown instanceof Error ? (thrown.name === "Error" ? thrown.message : `${thrown.name}: ${thrown.message}`) : `threw ${String(thrown)}`,
  );
  const location = firstOwnFrame(stack, trees);
  if (isCodeFromText(thrown)) return { kind: "threw", message: TEXT_IS_NO_CODE, stack: shortened(stack, BOUNDS.stackChars), ...(location && { location }) };
  const written = !(thrown instanceof Error && thrown.name === "NotWrittenYet");
  const shown = written ? shortened(message, BOUNDS.faultChars) : "Not written yet.";
  return { kind: written ? "threw" : "notWritten", message: shown, stack: shortened(stack, BOUNDS.stackChars), ...(location && { location }) };
}

/** `eval` and its like, in V8's words. */
export const isCodeFromText = (thrown: unknown): boolean =>
  thrown instanceof EvalError && /Code generation from strings disallowed/.test(textOf(() => thrown.message));
export const TEXT_IS_NO_CODE = "Code can't be made from text here (eval, new Function): write it out, as a function of your own.";

/** The line of an implementation that called `ours`: one frame of the stack is cheap, where a whole one is not. */
export function callerOf(ours: (...args: never[]) => unknown, trees: readonly SourceTree[]): SourceLocation | undefined {
  const stack = { stack: "" };
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 1;
  Error.captureStackTrace(stack, ours);
  Error.stackTraceLimit = limit;
  return firstOwnFrame(
    textOf(() => stack.stack),
    trees,
  );
}

/** Characters of fifty frames, more than a stack has; before them stands the message. */
const LONGEST_FRAMES = 64 * 1024;

const UNSHOWABLE = "threw something that cannot be shown";

/** Anything can be thrown, also what cannot be read. */
function textOf(read: () => unknown): string {
  try {
    return String(read() ?? "");
  } catch {
    return UNSHOWABLE;
  }
}

/** So that it crosses as data of a JSON-RPC error. */
export const asResponse = (fault: ImplementationFault): ResponseError<ImplementationFault> => new ResponseError(IMPLEMENTATION_FAULT, fault.message, fault);

function firstOwnFrame(stack: string, trees: readonly SourceTree[]): SourceLocation | undefined {
  const own = trees.flatMap((tree) => Object.keys(tree.files).map((file) => path.join(tree.root, file)));
  for (const frame of stack
    .slice(-LONGEST_FRAMES)
    .split("\n")
    .filter((line) => line.trimStart().startsWith("at "))) {
    const file = own.find((candidate) => frame.includes(`${candidate}:`));
    const [, line, column] = file ? (/:(\d+):(\d+)\)?$/.exec(frame) ?? []) : [];
    if (file && line) return { file, line: Number(line), column: Number(column) };
  }
  return undefined;
}
