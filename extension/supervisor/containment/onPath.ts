import { accessSync, constants, statSync } from "node:fs";
import path from "node:path";

/** Where a program of the system is, in full: what we start has a PATH of its own, or none. */
export function onPath(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? "").split(path.delimiter), "/usr/bin", "/usr/local/bin"].filter((folder) => path.isAbsolute(folder));
  return folders.map((folder) => path.join(folder, name)).find(canBeStarted);
}

/** As a shell looks: a folder of that name, or a file that may not be started, hides nothing that comes later. */
function canBeStarted(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
