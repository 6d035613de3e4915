/** Where the command keeps what outlives it. In a terminal of VS Code that is where the editor keeps it. */
import { homedir } from "node:os";
import path from "node:path";

/** Installed packs. */
export const dataFolder = (): string =>
  process.env.PRACTICUM_HOME ?? path.join(own("APPDATA", "Library/Application Support", "XDG_DATA_HOME", ".local/share"), "practicum");

/** An instructor's keys. */
export const keyFolder = (): string =>
  process.env.PRACTICUM_KEYS ?? path.join(own("APPDATA", "Library/Application Support", "XDG_CONFIG_HOME", ".config"), "practicum/keys");

/** Windows and other systems name the folder in a variable; macOS has one place; each has a default below the home folder. */
function own(windows: string, mac: string, variable: string, otherwise: string): string {
  if (process.platform === "darwin") return path.join(homedir(), mac);
  return (process.platform === "win32" ? process.env[windows] : process.env[variable]) ?? path.join(homedir(), otherwise);
}
