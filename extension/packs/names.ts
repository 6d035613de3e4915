/** Names of a stranger's files: each has to be a place of its own below one folder, on every system that a learner may have. */
import { isPlain, plain } from "../protocol/plainText.ts";

/** Characters of a path, and bytes of each name in it: what every file system can store. */
export const PATH_LIMITS = { path: 200, name: 200 } as const;

/** Names that Windows gives to devices. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;
const OTHER_CHARACTERS = "has a character in its path that not every system can store";

/** What is wrong with a path, after its name. */
export function problemWithPath(path: string): string | undefined {
  if (path.length > PATH_LIMITS.path) return `has a path of more than ${PATH_LIMITS.path} characters`;
  if (/^([/\\]|[A-Za-z]:)/.test(path)) return "has an absolute path";
  if (/[\\:*?"<>|\uFFFD\p{Cs}]/u.test(path) || !isPlain(path)) return OTHER_CHARACTERS;
  const names = path.replace(/\/$/, "").split("/");
  if (names.some((name) => name === ".." || name === "." || name === "")) return "leads out of its folder";
  if (names.some((name) => new TextEncoder().encode(name).length > PATH_LIMITS.name)) return `has a name of more than ${PATH_LIMITS.name} bytes`;
  return names.some((name) => DEVICE.test(name) || /[. ]$/.test(name)) ? "has a name that not every system can store" : undefined;
}

/** The names that are taken: some systems take two that differ in case, or in how an accent is written, for one. */
export class Names {
  readonly #taken = new Map<string, { readonly path: string; readonly isFolder: boolean }>();

  /** Takes the path, and those of the folders above it. @returns what is wrong with it, after its name */
  take(path: string, isFolder = false): string | undefined {
    const names = path.replace(/\/$/, "").split("/");
    const folders = names.slice(1).map((_, i) => names.slice(0, i + 1).join("/"));
    const other = [...folders.map((folder) => this.#take(folder, true)), this.#take(names.join("/"), isFolder)].find((taken) => taken !== undefined);
    return other === undefined ? undefined : `has the same name as ${shown(other)}`;
  }

  #take(path: string, isFolder: boolean): string | undefined {
    const key = path.normalize("NFC").toUpperCase().toLowerCase().normalize("NFC");
    const taken = this.#taken.get(key);
    if (!taken) this.#taken.set(key, { path, isFolder });
    return taken && !(taken.isFolder && isFolder && taken.path === path) ? taken.path : undefined;
  }
}

/** A stranger's name as a sentence can hold it. */
export function shown(name: string): string {
  const text = plain(name.slice(0, PATH_LIMITS.path));
  return `"${text.length > 100 ? `${text.slice(0, 100)}…` : text}"`;
}
