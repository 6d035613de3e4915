/**
 * macOS: `sandbox-exec` with a profile in Apple's language for it (SBPL). The program runs itself, reads what it is given and the system's libraries, and
 * nothing else. No path stands in the text: they are handed over as parameters, so that none can end a string and go on as a rule.
 */
import { existsSync, realpathSync } from "node:fs";
import path from "node:path";
import { ownFolder, WITHOUT_CONFIGURATION } from "./ownFolder.ts";
import type { Program, Refusal, Rung } from "./rung.ts";

const SANDBOX_EXEC = "/usr/bin/sandbox-exec";

export async function findSeatbelt(): Promise<Rung | Refusal> {
  if (process.platform !== "darwin") return { reason: "Seatbelt is of macOS" };
  if (!existsSync(SANDBOX_EXEC)) return { reason: `${SANDBOX_EXEC} is not there` };
  const { empty } = ownFolder();
  return {
    name: "seatbelt",
    command: (program) => {
      const { file, args, env } = program;
      const { text, parameters } = seatbeltProfile(program, empty);
      const given = Object.entries(parameters).flatMap(([name, value]) => ["-D", `${name}=${value}`]);
      return { file: SANDBOX_EXEC, args: [...given, "-p", text, real(file), ...args], env: { ...env, ...WITHOUT_CONFIGURATION }, cwd: empty };
    },
  };
}

export interface Profile {
  readonly text: string;
  /** Its paths, by the names that stand for them in the text. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** @param empty the program's working folder. Links are followed before: the system compares what they lead to. */
export function seatbeltProfile(program: Program, empty: string): Profile {
  const parameters: Record<string, string> = {};
  const named = (filter: "literal" | "subpath") => (file: string) => {
    const name = `P${Object.keys(parameters).length}`;
    parameters[name] = file;
    return `(${filter} (param "${name}"))`;
  };
  const read = [...new Set([...besides(real(program.file)), ...program.readable.map(real), real(empty)])];
  const written = (program.writable ?? []).map(real);
  const text = [
    "(version 1)",
    "(deny default)",
    allow("process-exec", [named("literal")(real(program.file))]),
    allow("process-info* signal", ["(target self)"]),
    allow("sysctl-read", [...SYSCTLS.map((name) => `(sysctl-name "${name}")`), ...SYSCTL_KINDS.map((name) => `(sysctl-name-prefix "${name}")`)]),
    allow("sysctl-write", ['(sysctl-name "kern.tcsm_enable")']), // V8 asks for a thread's mode of its memory
    allow("file-read* file-map-executable", [...LIBRARIES.map((folder) => `(subpath "${folder}")`), ...[real(program.file), ...read].map(named("subpath"))]),
    allow("file-read*", ['(literal "/")', ...DEVICES.map((file) => `(literal "${file}")`)]),
    allow("file-write-data", ['(literal "/dev/null")']),
    allow("file-read-metadata", ancestorsOf([real(program.file), program.file, ...read, ...program.readable, ...written]).map(named("literal"))),
    ...(written.length > 0 ? [allow("file-read* file-write*", written.map(named("subpath")))] : []),
    ...(program.network ? NETWORK : []),
    ...(program.devices ? METAL : []),
  ];
  return { text: text.join("\n"), parameters };
}

const allow = (operations: string, filters: readonly string[]): string => `(allow ${operations}\n  ${filters.join("\n  ")})`;

/** What the loader maps, and what Apple keeps beside it since macOS 13; libraries of Homebrew's and MacPorts' Node. */
const LIBRARIES = [
  ...["/usr/lib", "/System/Library", "/System/Cryptexes", "/System/Volumes/Preboot/Cryptexes", "/private/var/db/dyld", "/private/var/db/timezone"],
  ...["/usr/share/zoneinfo", "/usr/share/icu", "/opt/homebrew/Cellar", "/opt/homebrew/opt", "/usr/local/Cellar", "/usr/local/opt", "/opt/local/lib"],
];
const DEVICES = ["/dev/null", "/dev/random", "/dev/urandom", "/dev/zero"];

/** Facts of the machine. `kern.proc` and `kern.procargs` are not among them: they tell of other processes, their environments included. */
const SYSCTLS = [
  "kern.argmax",
  "kern.boottime",
  "kern.maxfilesperproc",
  "kern.ngroups",
  "kern.secure_kernel",
  "kern.usrstack64",
  "kern.version",
  "vm.loadavg",
].concat(
  ["kern.tcsm_available", "kern.tcsm_enable", "kern.osvariant_status", "kern.bootargs", "security.mac.lockdown_mode_state", "sysctl.proc_translated"],
  ["kern.ostype", "kern.osrelease", "kern.osversion", "kern.osproductversion", "sysctl.proc_cputype"],
);
const SYSCTL_KINDS = ["hw.", "machdep.cpu.", "machdep.ptrauth_enabled"];

/** For the program that fetches: names are looked up by a service of the system. */
const NETWORK = [
  "(allow network-outbound)",
  "(allow system-socket)",
  allow(
    "mach-lookup",
    ["com.apple.dnssd.service", "com.apple.SystemConfiguration.configd", "com.apple.SystemConfiguration.DNSConfiguration"].map(
      (name) => `(global-name "${name}")`,
    ),
  ),
  allow(
    "file-read*",
    ["/private/etc/hosts", "/private/etc/resolv.conf", "/private/etc/ssl", "/private/var/run/resolv.conf"].map((file) => `(subpath "${file}")`),
  ),
];

/** Apple's GPUs (AGX) and older ones (IOAccelerator); the compiler of shaders is a process of the system's. Compiled shaders are not kept. */
const METAL = [
  allow("iokit-open", [
    ...["AGXDeviceUserClient", "AGXSharedUserClient", "IOAccelerationUserClient", "IOSurfaceRootUserClient"].map(
      (name) => `(iokit-user-client-class "${name}")`,
    ),
    '(iokit-connection "IOAccelerator")',
  ]),
  "(allow iokit-get-properties)",
  allow("mach-lookup", ['(global-name "com.apple.MTLCompilerService")', '(xpc-service-name "com.apple.MTLCompilerService")']),
];

/** An editor that runs as Node has libraries and data in its bundle: the outermost one, of which the program is a part. */
const besides = (file: string): string[] => /^.*?\.app(?=\/)/.exec(file)?.slice(0, 1) ?? [];

/** Node asks each folder on the way to a module what it is. */
function ancestorsOf(files: readonly string[]): string[] {
  const above = (file: string): string[] => (path.dirname(file) === file ? [] : [file, ...above(path.dirname(file))]);
  return [...new Set(files.flatMap(above))];
}

const real = (file: string): string => (existsSync(file) ? realpathSync(file) : file);
