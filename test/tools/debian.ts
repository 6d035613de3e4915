/** Debian's packages, unpacked into a folder of their own: nothing is installed, and no rights are needed. */
import { execFileSync } from "node:child_process";
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";

export interface Unpacking {
  /** Emptied first. */
  readonly folder: string;
  readonly packages: readonly string[];
  /** Releases that they come from, the preferred one last; the one that runs here when absent. */
  readonly suites?: readonly string[];
  /** Without what they need and this system does not have, which is unpacked beside them otherwise. */
  readonly alone?: boolean;
  /** In words, for the line that tells of the download. */
  readonly what: string;
}

/** Unpacks them once; a stamp tells that it is done. @returns why they cannot be had here */
export function unpackDebian(unpacking: Unpacking): string | undefined {
  const stamp = path.join(unpacking.folder, "stamp");
  return existsSync(stamp) ? undefined : unpack(unpacking, stamp);
}

function unpack({ folder, packages, suites, alone = false, what }: Unpacking, stamp: string): string | undefined {
  const release = debianRelease();
  if (!release) return "it is unpacked from Debian's packages, and this is not Debian";
  console.log(`Unpacking ${what}, once ...`);
  rmSync(folder, { recursive: true, force: true });
  for (const name of ["lists/partial", "archives/partial"]) mkdirSync(path.join(folder, "apt", name), { recursive: true });
  const from = suites ?? [release];
  const sources = from.map((suite) => `deb [signed-by=${KEYRING}] http://deb.debian.org/debian ${suite} main\n`);
  writeFileSync(path.join(folder, "apt/sources.list"), sources.join(""));
  const get = alone ? ["download"] : ["install", "--yes", "--download-only", "--no-install-recommends", "-t", `${from.at(-1)}`];
  try {
    apt(folder, "update", "-qq");
    apt(folder, ...get, "-qq", ...packages);
    for (const file of globSync(path.join(folder, "apt/archives/*.deb"))) execFileSync("dpkg", ["-x", file, folder], { stdio: "pipe" });
  } catch (error) {
    return `Debian's packages could not be had: ${lastLine(error)}`;
  }
  rmSync(path.join(folder, "apt"), { recursive: true });
  writeFileSync(stamp, packages.join(" "));
  return undefined;
}

/** "bookworm"; nothing where this is another system. */
export function debianRelease(): string | undefined {
  if (process.platform !== "linux" || !existsSync("/etc/os-release")) return undefined;
  const told = readFileSync("/etc/os-release", "utf8");
  return /^ID=debian$/m.test(told) ? /^VERSION_CODENAME=(\w+)$/m.exec(told)?.[1] : undefined;
}

/** With lists, cache and sources of its own: the system's stay as they are. `download` leaves its files where it runs. */
function apt(folder: string, ...args: string[]): void {
  const own = {
    "Dir::Etc::sourcelist": path.join(folder, "apt/sources.list"),
    "Dir::Etc::sourceparts": "/nonexistent",
    "Dir::State::lists": path.join(folder, "apt/lists"),
    "Dir::Cache": path.join(folder, "apt"),
    "Debug::NoLocking": "true",
    "APT::Sandbox::User": "",
  };
  const options = Object.entries(own).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
  execFileSync("apt-get", [...options, ...args], { stdio: "pipe", cwd: path.join(folder, "apt/archives") });
}

/** What a command that failed said last. */
export const lastLine = (error: unknown): string => {
  const { stderr, message } = error as { stderr?: Buffer; message: string };
  return stderr?.toString().trim().split("\n").at(-1) || message;
};
