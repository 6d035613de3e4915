/**
 * A Vulkan driver in software (Mesa's lavapipe), so that the WebGPU backend is tested where there is no GPU. Debian's own is too old for Dawn, hence
 * its backports. The packages are unpacked into `.vscode-test/vulkan`; nothing is installed, and no rights are needed.
 */
import { execFileSync } from "node:child_process";
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { VULKAN } from "./paths.ts";

const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";
const RELEASE = "bookworm";
const STAMP = path.join(VULKAN, "stamp");

/** Environment of a program that is to compute on it; or why there is none. */
export type Software = { readonly env: Readonly<Record<string, string>> } | { readonly reason: string };

/** Unpacks it at the first call. Where a program is told of a driver already, that one is used. */
export function softwareVulkan(): Software {
  if (process.env.VK_DRIVER_FILES) return { env: { PRACTICUM_SOFTWARE_GPU: "1" } };
  const reason = existsSync(STAMP) ? undefined : unpack();
  if (reason) return { reason };
  const [driver] = globSync(path.join(VULKAN, "usr/share/vulkan/icd.d/lvp_icd*.json"));
  const [loader] = globSync(path.join(VULKAN, "usr/lib/*/libvulkan.so.1"));
  if (!driver || !loader) return { reason: `${VULKAN} holds no driver; delete it and try again` };
  const libraries = [path.dirname(loader), process.env.LD_LIBRARY_PATH].filter(Boolean).join(path.delimiter);
  return { env: { VK_DRIVER_FILES: driver, LD_LIBRARY_PATH: libraries, PRACTICUM_SOFTWARE_GPU: "1" } };
}

/** @returns why it cannot be had here */
function unpack(): string | undefined {
  if (process.platform !== "linux" || !existsSync("/etc/debian_version")) return "software Vulkan is unpacked from Debian's packages, and this is not Debian";
  if (!readFileSync("/etc/os-release", "utf8").includes(`VERSION_CODENAME=${RELEASE}`)) return `software Vulkan is unpacked for Debian ${RELEASE} only`;
  console.log("Unpacking a Vulkan driver in software (about 100 MB, once) ...");
  rmSync(VULKAN, { recursive: true, force: true });
  for (const folder of ["lists/partial", "archives/partial"]) mkdirSync(path.join(VULKAN, "apt", folder), { recursive: true });
  const sources = [RELEASE, `${RELEASE}-backports`].map((suite) => `deb [signed-by=${KEYRING}] http://deb.debian.org/debian ${suite} main\n`);
  writeFileSync(path.join(VULKAN, "apt/sources.list"), sources.join(""));
  try {
    apt("update", "-qq");
    apt("install", "--yes", "-qq", "--download-only", "--no-install-recommends", "-t", `${RELEASE}-backports`, "mesa-vulkan-drivers", "libvulkan1");
    for (const file of globSync(path.join(VULKAN, "apt/archives/*.deb"))) execFileSync("dpkg", ["-x", file, VULKAN], { stdio: "pipe" });
  } catch (error) {
    return `Debian's packages could not be had: ${lastLine(error)}`;
  }
  rmSync(path.join(VULKAN, "apt"), { recursive: true });
  writeFileSync(STAMP, RELEASE);
  return undefined;
}

/** With lists, cache and sources of its own: the system's stay as they are. */
function apt(...args: string[]): void {
  const own = {
    "Dir::Etc::sourcelist": path.join(VULKAN, "apt/sources.list"),
    "Dir::Etc::sourceparts": "/nonexistent",
    "Dir::State::lists": path.join(VULKAN, "apt/lists"),
    "Dir::Cache": path.join(VULKAN, "apt"),
    "Debug::NoLocking": "true",
    "APT::Sandbox::User": "",
  };
  execFileSync("apt-get", [...Object.entries(own).flatMap(([name, value]) => ["-o", `${name}=${value}`]), ...args], { stdio: "pipe" });
}

export const lastLine = (error: unknown): string => {
  const { stderr, message } = error as { stderr?: Buffer; message: string };
  return stderr?.toString().trim().split("\n").at(-1) || message;
};
