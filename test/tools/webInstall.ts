/**
 * Puts a real VS Code for the browser (code-server: the workbench and its Node extension host) and a headless Chromium into `.vscode-test/web`,
 * from npm packages alone: no install script runs, nothing is compiled, nothing else is downloaded. Linux x64 with glibc.
 */
import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { brotliDecompressSync } from "node:zlib";
import { WEB } from "./paths.ts";

/** The font is for code: Chromium brings one for text only. */
const VERSIONS = { "code-server": "4.139.1", "@sparticuz/chromium": "153.0.0", "dejavu-fonts-ttf": "2.37.3" };
const STAMP = JSON.stringify(VERSIONS);

const WORKBENCH = path.join(WEB, "node_modules/code-server/lib/vscode");
/** VS Code's server: the workbench for the browser, and the extension host. */
export const SERVER = path.join(WORKBENCH, "out/server-main.js");
/** Folders with fonts, whatever the system has. */
export const FONTS = [path.join(WEB, "browser/fonts"), path.join(WEB, "node_modules/dejavu-fonts-ttf/ttf")];
/** Folder of the Chromium that is installed with it. */
export const BROWSER = path.join(WEB, "browser");

export const webSupported = process.platform === "linux" && process.arch === "x64";

/** Installs, unless what is there is of the versions pinned here. */
export function installWeb(): void {
  const stamp = path.join(WEB, "stamp.json");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === STAMP) return;
  console.log("Installing VS Code for the browser (about 600 MB, once) ...");
  rmSync(WEB, { recursive: true, force: true });
  mkdirSync(WEB, { recursive: true });
  writeFileSync(path.join(WEB, "package.json"), JSON.stringify({ name: "vscode-web", private: true, dependencies: VERSIONS }));
  npmInstall(WEB, "--no-package-lock");
  installWorkbench();
  unpackBrowser();
  writeFileSync(stamp, STAMP);
}

function npmInstall(folder: string, ...options: string[]): void {
  execFileSync("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", ...options], {
    cwd: folder,
    stdio: ["ignore", "inherit", "inherit"],
  });
}

/** What code-server's own install script would do, less the compiler and the AI agents (200 MB). Its lock file misses a package, hence no `npm ci`. */
function installWorkbench(): void {
  const manifest = path.join(WORKBENCH, "package.json");
  const { dependencies, ...rest } = JSON.parse(readFileSync(manifest, "utf8"));
  for (const agent of ["@github/copilot-sdk", "@microsoft/mxc-sdk"]) delete dependencies[agent];
  writeFileSync(manifest, JSON.stringify({ ...rest, dependencies }));
  npmInstall(WORKBENCH, "--omit=dev", "--no-save");
  npmInstall(path.join(WORKBENCH, "extensions"), "--omit=dev", "--no-save");
  // Two native modules come without a prebuilt binary.
  const standIns = { spdlog: "logger.cjs", "native-watchdog": "watchdog.cjs" };
  for (const [module, standIn] of Object.entries(standIns)) {
    cpSync(path.join(import.meta.dirname, "standIns", standIn), path.join(WORKBENCH, "node_modules/@vscode", module, "index.js"));
  }
}

function unpackBrowser(): void {
  const packed = path.join(WEB, "node_modules/@sparticuz/chromium/bin");
  mkdirSync(BROWSER, { recursive: true });
  for (const file of readdirSync(packed)) {
    const data = brotliDecompressSync(readFileSync(path.join(packed, file)));
    const target = path.join(BROWSER, file.replace(/\.br$/, ""));
    if (file.endsWith(".tar.br")) execFileSync("tar", ["-x", "-f", "-", "-C", BROWSER, "--no-same-owner"], { input: data });
    else writeFileSync(target, data);
    if (!file.endsWith(".tar.br")) chmodSync(target, 0o755);
  }
  rmSync(packed, { recursive: true });
}
