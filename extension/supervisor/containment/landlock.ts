/**
 * The rung between: `setpriv` of util-linux takes files away with Landlock and system calls with a seccomp filter, then becomes the program. It needs no
 * namespaces, and so works where bubblewrap is refused. Names, sizes and times of files can still be asked for (`stat`); none can be read.
 */
import { execFile } from "node:child_process";
import { statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { firstLineOf } from "../../errors.ts";
import { onPath } from "./onPath.ts";
import { ownFolder, WITHOUT_CONFIGURATION } from "./ownFolder.ts";
import type { Command, Program, Refusal, Rung } from "./rung.ts";
import { ARCHITECTURES, type Architecture, seccompFilter } from "./seccomp.ts";
import { deviceNodes, startedFiles, systemFiles } from "./systemFiles.ts";

const REMEDY = "Install bubblewrap, or util-linux 2.41 or newer.";
/** For setpriv to say what it can. */
const LIMIT_MS = 10_000;

/** @param setpriv path of the program */
export async function findLandlock(setpriv = onPath("setpriv")): Promise<Rung | Refusal> {
  const architecture = ARCHITECTURES.find((name) => name === process.arch);
  if (process.platform !== "linux" || !architecture)
    return { reason: `the seccomp filter is written for Linux on x64 and arm64, not for ${process.platform} on ${process.arch}` };
  if (setpriv === undefined) return { reason: "setpriv, a program of util-linux, is not installed", remedy: REMEDY };
  try {
    const { stdout } = await promisify(execFile)(setpriv, ["--help"], { timeout: LIMIT_MS });
    if (["--landlock-rule", "--seccomp-filter"].every((option) => stdout.includes(option))) return landlock(setpriv, architecture);
    const { stdout: version } = await promisify(execFile)(setpriv, ["--version"], { timeout: LIMIT_MS });
    return { reason: `${version.trim()} is too old: it knows Landlock since 2.40, and seccomp filters since 2.41`, remedy: REMEDY };
  } catch (error) {
    return { reason: firstLineOf(error), remedy: REMEDY };
  }
}

function landlock(setpriv: string, architecture: Architecture): Rung {
  const own = ownFolder();
  const filters = new Map<string, string>();
  const filterOf = ({ network = false, devices = false, writable = [] }: Program): string => {
    const opened = { network, devices, writes: writable.length > 0 };
    const key = JSON.stringify(opened);
    const file = filters.get(key) ?? path.join(own.folder, `filter-${filters.size}`);
    if (!filters.has(key)) writeFileSync(file, seccompFilter(architecture, opened));
    filters.set(key, file);
    return file;
  };
  return { name: "landlock", command: (program) => commandOf(setpriv, program, filterOf(program), own.empty) };
}

/** A rule that names what is not there would be refused, and so would one that lists the folder rights of a plain file. */
function commandOf(setpriv: string, program: Program, filter: string, empty: string): Command {
  const rules = [
    ...startedFiles(program).map((file) => rule("read-file,execute", file)),
    ...[...systemFiles(program), ...program.readable, "/proc/self", "/dev/urandom", empty].map(readRule),
    rule("read-file,write-file", "/dev/null"),
    ...(program.devices ? deviceNodes().map((node) => rule(isFolder(node) ? "read-dir,read-file,write-file" : "read-file,write-file", node)) : []),
    ...(program.writable ?? []).map((folder) => rule(WRITES, folder)),
  ];
  return {
    file: setpriv,
    args: ["--no-new-privs", ...WITHOUT_POWERS, "--landlock-access", "fs", ...rules.flatMap((each) => ["--landlock-rule", each]), "--seccomp-filter", filter]
      .concat(["--", program.file])
      .concat(program.args),
    env: { ...program.env, ...WITHOUT_CONFIGURATION, ...(program.devices && NO_SHADER_CACHE) },
    cwd: empty,
  };
}

const WRITES = "read-file,read-dir,write-file,truncate,make-reg,make-dir,remove-file,remove-dir,refer";
/** Landlock holds the superuser too; what it does not know of, capabilities would still allow. Only the superuser can give them up so. */
const WITHOUT_POWERS = process.getuid?.() === 0 ? ["--inh-caps=-all", "--bounding-set=-all"] : [];
/** Shaders are compiled at each start: a folder that every attempt could write would be a channel between them, and grow. */
const NO_SHADER_CACHE = { MESA_SHADER_CACHE_DISABLE: "true", __GL_SHADER_DISK_CACHE: "0", CUDA_CACHE_DISABLE: "1" };

const rule = (access: string, file: string): string => `path-beneath:${access}:${file}`;
const readRule = (file: string): string => rule(isFolder(file) ? "read-file,read-dir" : "read-file", file);
const isFolder = (file: string): boolean => statSync(file).isDirectory();
