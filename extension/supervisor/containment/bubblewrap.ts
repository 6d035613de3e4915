/**
 * Linux, with bubblewrap: namespaces of its own for network, processes, files, users. Nothing of the machine is there but the system's libraries, Node and what the
 * program reads, all read-only; its working folder is empty. See bwrap(1).
 */
import { existsSync, lstatSync, readlinkSync, realpathSync } from "node:fs";
import path from "node:path";
import { onPath } from "./onPath.ts";
import { WITHOUT_CONFIGURATION } from "./ownFolder.ts";
import type { Command, Program, Refusal, Rung } from "./rung.ts";
import { deviceNodes, startedFiles, systemFiles } from "./systemFiles.ts";

/** The working folder within. */
const OWN = "/practicum";
/** Where a program that loads drivers may write, in memory, and how many bytes: compiled shaders. No folder of the machine's has this name. */
const SCRATCH = "/practicum-scratch";
const SCRATCH_BYTES = 256 * 2 ** 20;
/** Where distributions keep libraries and programs; links among them stay links. */
const SYSTEM = ["/usr", "/lib", "/lib32", "/lib64", "/libx32", "/bin", "/sbin"];
/** Links of Debian's into /usr, by which a library may be found. */
const ALTERNATIVES = "/etc/alternatives";
/** Mounted anew. */
const NEW = ["/proc", "/dev"];

export function findBubblewrap(): Rung | Refusal {
  const file = onPath("bwrap");
  return file
    ? { name: "bubblewrap", command: (program) => commandOf(file, program) }
    : { reason: "it is not installed", remedy: "Install the package bubblewrap, with apt, dnf, pacman or zypper." };
}

function commandOf(bwrap: string, program: Program): Command {
  const { file, args, env, readable, writable = [], devices = false, network = false } = program;
  const files = [...startedFiles(program), ...systemFiles(program), ...readable, ALTERNATIVES];
  const options = [
    ["--unshare-all", ...(network ? ["--share-net"] : []), "--die-with-parent", "--cap-drop", "ALL"],
    ...SYSTEM.map(asItIs),
    ["--proc", "/proc", "--dev", "/dev"],
    ...(devices ? driverOptions() : []),
    ...[...new Set(files)].filter(isElsewhere).map((each) => ["--ro-bind-try", each, each]),
    ...writable.map((each) => ["--bind", each, each]),
    // Nothing is left that could be written: neither in memory nor on the disk.
    ["--dir", OWN, "--chdir", OWN, "--remount-ro", "/dev", "--remount-ro", "/"],
  ];
  const own = devices ? { HOME: SCRATCH, TMPDIR: SCRATCH, XDG_CACHE_HOME: SCRATCH, XDG_RUNTIME_DIR: SCRATCH } : {};
  return { file: bwrap, args: [...options.flat(), "--", file, ...args], env: { ...env, ...own, ...WITHOUT_CONFIGURATION }, cwd: "/" };
}

const driverOptions = (): string[][] => [["--size", String(SCRATCH_BYTES), "--tmpfs", SCRATCH], ...deviceNodes().map((node) => ["--dev-bind", node, node])];

/** A folder of the system as it is here: many are links into /usr. */
function asItIs(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return lstatSync(folder).isSymbolicLink() ? ["--symlink", readlinkSync(folder), folder] : ["--ro-bind", folder, folder];
}

/** Not within what is there anyway. */
function isElsewhere(file: string): boolean {
  const at = existsSync(path.dirname(file)) ? path.join(realpathSync(path.dirname(file)), path.basename(file)) : file;
  return ![...SYSTEM, ...NEW].some((folder) => `${at}/`.startsWith(`${folder}/`));
}
