/** Finds a VS Code for the desktop: the one that PRACTICUM_VSCODE names, else `code` on PATH where there is a screen to show it on. */
import { existsSync, realpathSync } from "node:fs";
import path from "node:path";

export interface Desktop {
  /** The `code` command. */
  readonly command: string;
  /** The program behind it, which stays in the foreground. */
  readonly program: string;
}

export function findDesktop(env: NodeJS.ProcessEnv = process.env): Desktop | undefined {
  const named = env.PRACTICUM_VSCODE;
  if (named && !existsSync(named)) throw new Error(`PRACTICUM_VSCODE names ${named}, which is not there`);
  const command = named ?? (hasScreen(env) ? onPath(env) : undefined);
  return command ? { command, program: programOf(realpathSync(command)) } : undefined;
}

/** In a terminal of VS Code Remote, `code` only talks to the window on the other side. */
const hasScreen = (env: NodeJS.ProcessEnv): boolean =>
  !env.VSCODE_IPC_HOOK_CLI && (process.platform !== "linux" || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY));

function onPath(env: NodeJS.ProcessEnv): string | undefined {
  const file = process.platform === "win32" ? "code.cmd" : "code";
  const folders = (env.PATH ?? "").split(path.delimiter).filter(Boolean);
  return folders.map((folder) => path.join(folder, file)).find((candidate) => existsSync(candidate));
}

/** The command is a script in a folder `bin` of the installation; anything else is taken for the program itself. */
function programOf(command: string): string {
  const folder = path.dirname(command);
  const candidates = {
    darwin: path.join(folder, "../../../MacOS/Electron"),
    win32: path.join(folder, "../Code.exe"),
    linux: path.join(folder, "../code"),
  } as Partial<Record<NodeJS.Platform, string>>;
  const candidate = path.basename(folder) === "bin" ? candidates[process.platform] : undefined;
  return candidate && existsSync(candidate) ? candidate : command;
}
