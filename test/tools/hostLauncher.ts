/** Runs `test/extension` in a real extension host: of a VS Code for the desktop where there is one, else of the one for the browser. */
import { createWriteStream, mkdirSync } from "node:fs";
import path from "node:path";
import { format } from "node:util";
import { runTests } from "@vscode/test-electron";
import { openBrowser } from "./browser.ts";
import { findDesktop } from "./desktop.ts";
import { bundleHostTests } from "./hostBundle.ts";
import { OUT, ROOT } from "./paths.ts";
import { type Home, newHome, startServer } from "./web.ts";
import { installWeb, webSupported } from "./webInstall.ts";

/** @returns whether the host ended well; the counts are in the file that PRACTICUM_RESULT of `env` names */
export async function runInExtensionHost(env: Record<string, string>, suite = "extension"): Promise<boolean> {
  const entry = await bundleHostTests(suite);
  const desktop = findDesktop();
  if (desktop || !webSupported) return runOnDesktop(desktop?.program, entry, env);
  installWeb();
  return runOnWeb(entry, env);
}

/** Without a program, VS Code is downloaded. */
async function runOnDesktop(program: string | undefined, entry: string, env: Record<string, string>): Promise<boolean> {
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
    extensionTestsPath: entry,
    launchArgs,
    extensionTestsEnv: env,
    ...(program ? { vscodeExecutablePath: program } : {}),
  };
  return (await runTests(options)) === 0;
}

/** The workbench takes the paths from its URL, and calls two functions of the page: one per line that the host logs, one at the end. */
async function runOnWeb(entry: string, env: Record<string, string>): Promise<boolean> {
  const home = newHome();
  const server = await startServer(home, { env, flags: ["--enable-smoke-test-driver"] });
  const { browser, page } = await openBrowser(home);
  try {
    const ended = new Promise<number>((resolve, reject) => {
      page.on("crash", () => reject(new Error("the page with the workbench crashed")));
      page.exposeFunction("codeAutomationExit", resolve);
    });
    await page.exposeFunction("codeAutomationLog", logger(home));
    const payload = { extensionDevelopmentPath: server.uri(ROOT), extensionTestsPath: server.uri(entry), skipWelcome: "true" };
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
    const line = format(...args);
    file.write(`${kind} ${line}\n`);
    if (kind === "info" && !line.startsWith("Ignoring fetching")) console.log(line);
  };
}
