/**
 * Linux, with bubblewrap: namespaces of its own for network, processes, files, users. Nothing of the machine is there but the system's libraries, Node and what the
 * program reads, all read-only; its working folder is empty. See bwrap(1).
 */
import { existsSync, lstatSync, readdirSync, readlinkSync, realpathSync } from "node:fs";
import path from "node:path";
import type { Command, Program, Rung } from "./rung.ts";

/** The working folder within. */
const OWN = "/practicum";
/** Bytes that a program which loads drivers may write, in memory: compiled shaders. */
const SCRATCH = 256 * 2 ** 20;

/** Where distributions keep libraries and programs; links among them stay links. */
const SYSTEM = ["/usr", "/lib", "/lib32", "/lib64", "/libx32", "/bin", "/sbin", "/nix/store", "/gnu/store"];
/** Read by the loader, by clocks and by nothing else. */
const SYSTEM_FILES = ["/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/alternatives", "/etc/localtime"];
/** What finds a server and trusts it. */
const NETWORK_FILES = ["/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf", "/etc/ssl", "/etc/pki", "/etc/ca-certificates"];
/** Of GPUs: Direct Rendering, AMD's and NVIDIA's compute devices, those of WSL. */
const DEVICE = /^(dri|kfd|dxg|nvidia.*)$/;
const DRIVER_FILES = ["/sys", "/etc/vulkan", "/etc/OpenCL", "/etc/glvnd", "/etc/nvidia", "/run/opengl-driver"];

/** @param file the `bwrap` program @param node files that Node itself needs */
export const bubblewrap = (file: string, node: readonly string[]): Rung => ({ name: "bubblewrap", command: (program) => commandOf(file, node, program) });

function commandOf(
  file: string,
  node: readonly string[],
  { file: wanted, args, env, readable, writable = [], devices = false, network = false }: Program,
): Command {
  const options = [
    ["--unshare-all", ...(network ? ["--share-net"] : []), "--die-with-parent", "--cap-drop", "ALL"],
    ...SYSTEM.map(asItIs),
    ...[...SYSTEM_FILES, ...(network ? NETWORK_FILES : []), ...(devices ? DRIVER_FILES : [])].map((each) => ["--ro-bind-try", each, each]),
    ["--proc", "/proc", "--dev", "/dev"],
    ...(devices ? driverOptions() : []),
    ...[...new Set([...node, ...readable])].filter(isElsewhere).map((each) => ["--ro-bind", each, each]),
    ...writable.map((each) => ["--bind", each, each]),
    // Nothing is left that could be written: neither in memory nor on the disk.
    ["--dir", OWN, "--chdir", OWN, "--remount-ro", "/dev", "--remount-ro", "/"],
  ];
  const own = devices ? { ...env, HOME: "/tmp", TMPDIR: "/tmp", XDG_CACHE_HOME: "/tmp", XDG_RUNTIME_DIR: "/tmp" } : env;
  return { file, args: [...options.flat(), "--", wanted, ...args], env: own, cwd: "/" };
}

function driverOptions(): string[][] {
  const nodes = readdirSync("/dev").filter((name) => DEVICE.test(name));
  return [["--size", String(SCRATCH), "--tmpfs", "/tmp"], ...nodes.map((name) => ["--dev-bind", `/dev/${name}`, `/dev/${name}`])];
}

/** A folder of the system as it is here: many are links into /usr. */
function asItIs(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return lstatSync(folder).isSymbolicLink() ? ["--symlink", readlinkSync(folder), folder] : ["--ro-bind", folder, folder];
}

/** Not within what is there anyway. */
const isElsewhere = (file: string): boolean => !SYSTEM.some((folder) => `${realpathSync(path.dirname(file))}/`.startsWith(`${folder}/`));
