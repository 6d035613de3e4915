// Opens VS Code with the extension: the one for the desktop where there is one, else one for the browser, with the .vsix that users install.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { homedir } from "node:os";
import path from "node:path";
import { type Desktop, findDesktop } from "../../test/tools/desktop.ts";
import { installWeb, webSupported } from "../../test/tools/webInstall.ts";
import { startWeb } from "./startWeb.ts";
import { build, makePackage, ROOT, TARGET, vsixFile } from "./tasks.ts";

const NO_EDITOR = `No VS Code was found here. VS Code in the browser is set up on Linux with an x64 processor only; this is ${TARGET}.

Install VS Code from https://code.visualstudio.com, then either
  - let its command \`code\` be on the PATH (in VS Code: Command Palette, "Shell Command: Install 'code' command in PATH"), or
  - set PRACTICUM_VSCODE to that command, e.g.
      macOS    PRACTICUM_VSCODE="/Applications/Visual Studio Code.app/Contents/Resources/app/bin/code" npm start
      Windows  set PRACTICUM_VSCODE=%LOCALAPPDATA%\\Programs\\Microsoft VS Code\\bin\\code.cmd && npm start
Without an editor: npx practicum list`;

const desktop = findDesktop();
if (desktop) await openDesktop(desktop);
else if (webSupported) await openWeb();
else {
  console.error(NO_EDITOR);
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
  const learner = path.join(homedir(), "practicum");
  const port = process.env.PORT ? Number(process.env.PORT) : undefined;
  const folder = path.join(ROOT, ".vscode-test/start");
  const { server, url } = await startWeb({ folder, vsix: vsixFile(), learner, env: { HOME: homedir() }, ...(port !== undefined && { port }) });
  console.log(`\nVS Code with Practicum: ${url}\nCtrl-C ends it.`);
  await Promise.race(["SIGINT", "SIGTERM", "SIGHUP"].map((signal) => once(process, signal)));
  await server.stop();
  process.exit();
}
