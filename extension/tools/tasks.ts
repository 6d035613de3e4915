/** Steps that the tasks share. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";

export const ROOT = path.resolve(import.meta.dirname, "../..");

/** A program of npm's that is written in JavaScript, on this Node; the task ends with it where it fails. */
export function node(script: string, ...args: string[]): void {
  if (!succeeds(script, ...args)) process.exit(1);
}

export function succeeds(script: string, ...args: string[]): boolean {
  return spawnSync(process.execPath, [path.join(ROOT, script), ...args], { cwd: ROOT, stdio: "inherit" }).status === 0;
}

export const build = (...flags: string[]): void => node("extension/tools/build.mjs", ...flags);

/** Types, lint and format: what can be said of the source without running it. */
export function lint(): boolean {
  const types = succeeds("node_modules/typescript/bin/tsc", "-p", ".");
  const style = succeeds(
    "node_modules/@biomejs/biome/bin/biome",
    "ci",
    "--error-on-warnings",
    "--diagnostic-level=warn",
    ...(process.stdout.isTTY ? [] : ["--colors=off"]),
  );
  return types && style;
}

/** e.g. "linux-x64", as the marketplace names it. */
export const TARGET = `${process.platform}-${process.arch}`;

export function vsixFile(): string {
  const { version } = JSON.parse(readFileSync(path.join(ROOT, "package.json"), "utf8")) as { version: string };
  return path.join(ROOT, `practicum-${TARGET}-${version}.vsix`);
}

export const makePackage = (): void => node("extension/tools/package.ts");
