/** Runs `test/extension` in a real extension host: of a VS Code for the desktop where there is one, else of the one for the browser. */
import { createWriteStream, mkdirSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { format } from "node:util";
import { runTests } from "@vscode/test-electron";
import * as esbuild from "esbuild";
import { openBrowser } from "./browser.ts";
import { findDesktop } from "./desktop.ts";
import { OUT, ROOT } from "./paths.ts";
import { type Home, newHome, startServer } from "./web.ts";
import { installWeb, webSupported } from "./webInstall.ts";

const BUNDLES = path.join(OUT, "extension");
const ENTRY = path.join(BUNDLES, "index.cjs");

/** @returns whether the host ended well; the counts are in the file that PRACTICUM_RESULT of `env` names */
export async function runInExtensionHost(env: Record<string, string>): Promise<boolean> {
  await bundleTests();
  const desktop = findDesktop();
  if (desktop || !webSupported) return runOnDesktop(desktop?.program, env);
  installWeb();
  return runOnWeb(env);
}

async function bundleTests(): Promise<void> {
  rmSync(BUNDLES, { recursive: true, force: true });
  const folder = path.join(ROOT, "test/extension");
  const files = readdirSync(folder).filter((file) => file.endsWith(".test.ts"));
  await esbuild.build({
    entryPoints: ["index.ts", ...files].map((file) => path.join(folder, file)),
    outdir: BUNDLES,
    outExtension: { ".js": ".cjs" },
    bundle: true,
    platform: "node",
    format: "cjs",
    sourcemap: "inline",
    external: ["vscode", "mocha"],
    logLevel: "warning",
  });
}

/** Without a program, VS Code is downloaded. */
async function runOnDesktop(program: string | undefined, env: Record<string, string>): Promise<boolean> {
  const home = newHome();
  const launchArgs = [
    home.workspace,
    "--user-data-dir",
    path.join(home.folder, "user"),
    "--extensions-dir",
    path.join(home.folder, "extensions"),
    "--disable-workspace-trust",
  ];
  const options = {
    extensionDevelopmentPath: ROOT,
    extensionTestsPath: ENTRY,
    launchArgs,
    extensionTestsEnv: env,
    ...(program ? { vscodeExecutablePath: program } : {}),
  };
  return (await runTests(options)) === 0;
}

/** The workbench takes the paths from its URL, and calls two functions of the page: one per line that the host logs, one at the end. */
async function runOnWeb(env: Record<string, string>): Promise<boolean> {
  const home = newHome();
  const server = await startServer(home, { env, flags: ["enable-smoke-test-driver"] });
  const { browser, page } = await openBrowser(home);
  try {
    const ended = new Promise<number>((resolve, reject) => {
      page.on("crash", () => reject(new Error("the page with the workbench crashed")));
      page.exposeFunction("codeAutomationExit", resolve);
    });
    await page.exposeFunction("codeAutomationLog", logger(home));
    const payload = { extensionDevelopmentPath: server.uri(ROOT), extensionTestsPath: server.uri(ENTRY), skipWelcome: "true" };
    await page.goto(server.url(home.workspace, { payload: JSON.stringify(Object.entries(payload)) }));
    return (await ended) === 0;
  } finally {
    await browser.close();
    await server.stop();
  }
}

/** Mocha's lines go to the screen, all that the host says to a file. */
function logger(home: Home): (kind: string, args: unknown[]) => void {
  mkdirSync(OUT, { recursive: true });
  const file = createWriteStream(path.join(OUT, "extension-host.log"));
  file.write(`home: ${home.folder}\n`);
  return (kind, args) => {
    file.write(`${kind} ${format(...args)}\n`);
    if (kind === "log") console.log(format(...args));
  };
}
