/** Which Node runs the child processes: the editor's own where it can do all that is needed, otherwise the best one at hand. */
import { execFile } from "node:child_process";
import * as nodeModule from "node:module";
import path from "node:path";
import { promisify } from "node:util";
import { messageOf, UserError } from "../errors.ts";

export interface NodeProgram {
  readonly path: string;
  readonly version: string;
  /** Flags that put a process into the sandbox; empty when this Node has none. */
  readonly sandbox: readonly string[];
  /** What takes the types off learner code. */
  readonly stripper: "node" | "amaro";
  /** What is missing, for the log and for `practicum doctor`. */
  readonly notes: readonly string[];
}

/** Flags without which modules cannot be loaded from memory. */
export const BASE_FLAGS = ["--experimental-vm-modules", "--no-warnings"] as const;
/** V8 makes no code from text: code of others that got hold of a function of ours could else make some that is taken for ours. */
export const NO_CODE_FROM_TEXT = ["--disallow-code-generation-from-strings"] as const;
/** Newest first: Node 22.13 and newer, then 20. */
const SANDBOXES = [["--permission", "--no-experimental-sqlite"], ["--permission"], ["--experimental-permission"], []] as const;
/** What a native addon needs beyond the sandbox. It could do more than that; the code beside it could not. */
export const ADDONS = ["--allow-addons", "--allow-fs-read=*"] as const;
const PROBE =
  "const m = require('node:module'); process.stdout.write(JSON.stringify([process.execPath, process.versions.node, typeof m.stripTypeScriptTypes === 'function']))";

/**
 * @param preferred a program that the learner has named
 * @param dist built files; a checkout's own Node stands beside them
 * @throws {UserError} when no Node of version 20 or newer is there
 */
export async function findNode(preferred: string | undefined, dist: string): Promise<NodeProgram> {
  const own = path.join(dist, "../node_modules/node/bin/node");
  const candidates = preferred ? [preferred] : [process.execPath, own, "node"];
  const found: NodeProgram[] = [];
  const reasons: string[] = [];
  for (const candidate of candidates) {
    try {
      const program = await probe(candidate);
      if (program.notes.length === 0) return program;
      found.push(program);
    } catch (error) {
      reasons.push(`${candidate}: ${messageOf(error).split("\n")[0]}`);
    }
  }
  const [best] = found.sort((a, b) => a.notes.length - b.notes.length);
  if (!best)
    throw new UserError(`No Node.js can run exercises (${reasons.join("; ")}).`, "Install Node.js 22 or newer, or name one in the setting practicum.node.");
  return best;
}

/** Environment of a child: nothing of the learner's own reaches it. */
export function childEnvironment(): NodeJS.ProcessEnv {
  const kept = process.platform === "win32" ? ["SystemRoot", "TEMP"] : [];
  return { ...Object.fromEntries(kept.map((name) => [name, process.env[name]])), ...(process.versions.electron && { ELECTRON_RUN_AS_NODE: "1" }) };
}

/** Where drivers and their libraries are found, and may keep compiled shaders. */
const DRIVERS = /^(LD_LIBRARY_PATH|DYLD_LIBRARY_PATH|VK_\w+|CUDA_\w+|NVIDIA_\w+|TF_\w+|HOME|XDG_\w+|PRACTICUM_SOFTWARE_GPU)$/;

/** What a child that uses a GPU gets beside that. */
export const driverEnvironment = (): NodeJS.ProcessEnv => Object.fromEntries(Object.entries(process.env).filter(([name]) => DRIVERS.test(name)));

/** What this very program can do need not be tried, where it knows a sandbox. (Electron knows flags that it does not heed.) */
function ownProgram(): NodeProgram | undefined {
  if (process.versions.electron) return undefined;
  const sandbox = SANDBOXES.find((flags) => flags.every((flag) => process.allowedNodeEnvironmentFlags.has(flag)));
  if (!sandbox?.length) return undefined;
  return described(
    process.execPath,
    process.versions.node,
    sandbox,
    typeof (nodeModule as { stripTypeScriptTypes?: unknown }).stripTypeScriptTypes === "function",
  );
}

function described(program: string, version: string, sandbox: readonly string[], strips: boolean): NodeProgram {
  const notes = [
    ...(sandbox.length > 0 ? [] : ["no permission model: learner code is not sandboxed"]),
    ...(strips ? [] : ["no type stripping of its own: a library does it"]),
  ];
  return { path: program, version, sandbox, stripper: strips ? "node" : "amaro", notes };
}

async function probe(program: string): Promise<NodeProgram> {
  const own = program === process.execPath ? ownProgram() : undefined;
  if (own) return own;
  let refused: unknown;
  for (const sandbox of SANDBOXES) {
    try {
      const { stdout } = await promisify(execFile)(program, [...BASE_FLAGS, ...sandbox, "-e", PROBE], { env: childEnvironmentOf(program), timeout: 10_000 });
      const [path, version, strips] = JSON.parse(stdout) as [string, string, boolean]; // the path that a name stood for
      if (Number.parseInt(version, 10) < 20) throw new Error(`version ${version} is too old`);
      return described(path, version, sandbox, strips);
    } catch (error) {
      refused ??= error;
      if ((error as NodeJS.ErrnoException).code === "ENOENT") break;
    }
  }
  throw refused;
}

/** Looking a program up by name needs the path. */
const childEnvironmentOf = (program: string): NodeJS.ProcessEnv => ({ ...childEnvironment(), ...(path.isAbsolute(program) ? {} : { PATH: process.env.PATH }) });
