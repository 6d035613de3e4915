// Opens VS Code with the extension: the one for the desktop where there is one, else one for the browser, with the .vsix that users install.
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { type Desktop, findDesktop } from "../../test/tools/desktop.ts";
import { installExtension, prepareHome, startServer } from "../../test/tools/web.ts";
import { installWeb, webSupported } from "../../test/tools/webInstall.ts";
import { build, makePackage, ROOT, vsixFile } from "./tasks.ts";

/** The folder is the learner's own. In Restricted Mode the editor's TypeScript would not start, and would stay away after trust is given until a reload. */
const SETTINGS = {
  "security.workspace.trust.enabled": false,
  "workbench.startupEditor": "none",
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "telemetry.telemetryLevel": "off",
  "chat.disableAIFeatures": true,
};

const desktop = findDesktop();
if (desktop) await openDesktop(desktop);
else if (webSupported) await openWeb();
else {
  console.error("No VS Code was found. Install it with its `code` command, or set PRACTICUM_VSCODE to the path of that command.");
  process.exit(1);
}

async function openDesktop({ command }: Desktop): Promise<void> {
  build();
  console.log(`Opening ${command}`);
  const child = spawn(command, ["--new-window", `--extensionDevelopmentPath=${ROOT}`], { stdio: "inherit", shell: process.platform === "win32" });
  const [code] = await once(child, "exit");
  process.exit(code as number);
}

/** Settings and installed extensions are kept between starts in a git-ignored folder; the learner's work is where it is on a desktop. */
async function openWeb(): Promise<void> {
  makePackage();
  installWeb();
  const home = prepareHome(path.join(ROOT, ".vscode-test/start"), SETTINGS);
  installExtension(home, vsixFile());
  const workspace = path.join(homedir(), "practicum");
  mkdirSync(workspace, { recursive: true });
  const server = await startServer(home, { token: randomBytes(16).toString("hex"), port: Number(process.env.PORT ?? 0), env: { HOME: homedir() } });
  console.log(`\nVS Code with Practicum: ${server.url(workspace)}\nCtrl-C ends it.`);
  await Promise.race(["SIGINT", "SIGTERM", "SIGHUP"].map((signal) => once(process, signal)));
  await server.stop();
  process.exit();
}
