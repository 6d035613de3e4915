/** What a program reads of a Linux system, whatever it is: its libraries, and facts of the machine that are no secret. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import type { Program } from "./rung.ts";

const LIBRARIES = ["/lib", "/lib32", "/lib64", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/libexec", "/usr/local/lib"];
const LOADERS = ["/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1", "/lib/ld-musl-x86_64.so.1", "/lib/ld-musl-aarch64.so.1"];
const FACTS = ["/etc/ld.so.cache", "/etc/localtime", "/usr/share/zoneinfo", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/sys/devices/system/cpu"];
const DEVICE_FACTS = [
  ...["/proc/devices", "/proc/driver/nvidia", "/sys/bus", "/sys/class", "/sys/dev", "/sys/devices", "/etc/vulkan", "/etc/glvnd", "/etc/drirc"],
  ...["vulkan", "glvnd", "nvidia", "drirc.d", "libdrm"].map((name) => `/usr/share/${name}`),
];
const NETWORK_FACTS = ["/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf", "/etc/gai.conf", "/etc/ssl/certs"];

/** Device nodes of GPUs: direct rendering, AMD's compute, NVIDIA, and Windows' subsystem for Linux. */
export const deviceNodes = (): string[] =>
  readdirSync("/dev")
    .filter((name) => /^(dri|kfd|dxg|nvidia.*)$/.test(name))
    .map((name) => `/dev/${name}`);

/** The loader that the kernel starts before a program, and the program itself. */
export const startedFiles = ({ file }: Program): string[] =>
  existing([file, ...LOADERS, ...linkedWith(file).filter((library) => /^ld-/.test(path.basename(library)))]);

/** Files and folders that are there. */
export const systemFiles = (program: Program): string[] =>
  existing([
    ...LIBRARIES,
    ...linkedWith(program.file),
    ...besideElectron(program.file),
    ...FACTS,
    ...(program.devices ? [...DEVICE_FACTS, ...driversOf(program.env)] : []),
    ...(program.network ? NETWORK_FACTS : []),
  ]);

/** Drivers and libraries that the learner has named. */
const driversOf = ({ LD_LIBRARY_PATH, VK_DRIVER_FILES, VK_ICD_FILENAMES }: NodeJS.ProcessEnv): string[] =>
  [LD_LIBRARY_PATH, VK_DRIVER_FILES, VK_ICD_FILENAMES].flatMap((list) => list?.split(path.delimiter) ?? []).filter(path.isAbsolute);

/** An editor that runs as Node has its data and libraries around it. */
const besideElectron = (file: string): string[] => (existsSync(path.join(path.dirname(file), "icudtl.dat")) ? [path.dirname(file)] : []);

const linked = new Map<string, readonly string[]>();

/** Libraries outside the usual folders too: of Nix, Homebrew, Conda. Nothing where `ldd` is absent, or the program is linked with none. */
function linkedWith(file: string): readonly string[] {
  const known = linked.get(file) ?? Array.from(askedOfLdd(file).matchAll(/(?:^|\s)(\/\S.*?) \(0x/gm), ([, library]) => library as string);
  linked.set(file, known);
  return known;
}

function askedOfLdd(file: string): string {
  try {
    return execFileSync("ldd", [file], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  } catch {
    return ""; // a program without libraries, or a system without `ldd`
  }
}

const existing = (files: readonly string[]): string[] => [...new Set(files)].filter((file) => existsSync(file));
