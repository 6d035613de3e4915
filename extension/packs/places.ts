/** Where things outlive a command: the folders that each system has for that. */
import { homedir } from "node:os";
import path from "node:path";

/** Installed packs. In a terminal of VS Code they are the editor's. */
export const dataFolder = (): string => process.env.PRACTICUM_HOME ?? inFolder("LOCALAPPDATA", "Library/Application Support", "XDG_DATA_HOME", ".local/share");

/** An instructor's keys. */
export const keyFolder = (): string =>
  process.env.PRACTICUM_KEYS ?? path.join(inFolder("APPDATA", "Library/Preferences", "XDG_CONFIG_HOME", ".config"), "keys");

/** Where `practicum install-backend` puts what can be had again. */
export const backendsFolder = (): string => path.join(inFolder("LOCALAPPDATA", "Library/Caches", "XDG_CACHE_HOME", ".cache"), "backends");

/** What `practicum verify` has proven, by digest. */
export const proofsFolder = (): string => path.join(inFolder("LOCALAPPDATA", "Library/Caches", "XDG_CACHE_HOME", ".cache"), "proofs");

/** @param windows variable that names the folder there @param mac below the home folder @param other variable, and the folder below the home folder where it is not set */
function inFolder(windows: string, mac: string, other: string, otherwise: string): string {
  const { platform, env } = process;
  const folder = platform === "darwin" ? path.join(homedir(), mac) : platform === "win32" ? env[windows] : env[other];
  return path.join(folder ?? path.join(homedir(), otherwise), "practicum");
}
