/** Installs a backend that does not come with Practicum, because its libraries are large: only when it is asked for, with npm, into a folder of its own. */
import { spawn } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import { messageOf, UserError } from "../errors.ts";

export const INSTALLABLE = ["tfjs-node-gpu", "tfjs-node"] as const;
export type Installable = (typeof INSTALLABLE)[number];

export interface InstallOptions {
  readonly name: Installable;
  /** Folder of what was built; the package.json beside it says which version. */
  readonly dist: string;
  /** Where it is installed. */
  readonly folder: string;
  readonly signal?: AbortSignal;
  /** Told what npm says meanwhile. */
  readonly onLine?: (line: string) => void;
}

const KEPT_LINES = 8;

/** @throws {UserError} when npm is not there, or does not succeed */
export async function installBackend({ name, dist, folder, signal, onLine = () => {} }: InstallOptions): Promise<void> {
  signal?.throwIfAborted();
  const package_ = `@tensorflow/${name}`;
  const { peerDependencies } = JSON.parse(await readFile(path.join(dist, "../package.json"), "utf8")) as { peerDependencies: Record<string, string> };
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, "package.json"), JSON.stringify({ name: "practicum-backends", private: true, allowScripts: { [package_]: true } }));
  const said: string[] = [];
  const args = ["install", "--foreground-scripts", "--no-audit", "--no-fund", "--loglevel=http", `${package_}@${peerDependencies[package_]}`];
  const code = await npm(args, folder, signal, (line) => {
    said.splice(0, said.length - KEPT_LINES + 1);
    said.push(line);
    onLine(line);
  });
  signal?.throwIfAborted();
  if (code !== 0)
    throw new UserError(
      `${package_} could not be installed: ${reasonOf(said)}`,
      "Its native library is downloaded from TensorFlow's site: is that reachable from here?",
    );
}

/** @returns its exit code */
async function npm(args: readonly string[], cwd: string, signal: AbortSignal | undefined, onLine: (line: string) => void): Promise<number | null> {
  const windows = process.platform === "win32";
  const child = spawn("npm", args, { cwd, stdio: ["ignore", "pipe", "pipe"], shell: windows, detached: !windows, windowsHide: true });
  const stop = () => (windows || child.pid === undefined ? child.kill() : process.kill(-child.pid)); // the scripts that it runs as well
  signal?.addEventListener("abort", stop, { once: true });
  for (const input of [child.stdout, child.stderr]) createInterface({ input }).on("line", (line) => line.trim() && onLine(line.trim()));
  try {
    return await new Promise((resolve, reject) => child.once("error", reject).once("close", resolve));
  } catch (error) {
    throw new UserError(`npm could not be started: ${messageOf(error)}.`, "Install Node.js with npm, then try again.", { cause: error });
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}

/** The last thing that is about the failure itself, not about where npm keeps its log. */
const reasonOf = (said: readonly string[]): string =>
  said.findLast((line) => /error/i.test(line) && !/complete log|debug-0\.log/.test(line))?.replace(/^npm (error|ERR!)\s*/, "") ??
  said.at(-1) ??
  "npm said nothing";
