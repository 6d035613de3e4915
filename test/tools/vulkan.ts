/**
 * A Vulkan driver in software (Mesa's lavapipe), so that the WebGPU backend is tested where there is no GPU. Debian's own is too old for Dawn, hence
 * its backports. The packages are unpacked into `.vscode-test/vulkan`; nothing is installed, and no rights are needed.
 */
import { globSync } from "node:fs";
import path from "node:path";
import { debianRelease, unpackDebian } from "./debian.ts";
import { VULKAN } from "./paths.ts";

const RELEASE = "bookworm";

/** Environment of a program that is to compute on it; or why there is none. */
export type Software = { readonly env: Readonly<Record<string, string>> } | { readonly reason: string };

/** Unpacks it at the first call. Where a program is told of a driver already, that one is used. */
export function softwareVulkan(): Software {
  if (process.env.VK_DRIVER_FILES) return { env: { PRACTICUM_SOFTWARE_GPU: "1" } };
  const reason = unpack();
  if (reason) return { reason };
  const [driver] = globSync(path.join(VULKAN, "usr/share/vulkan/icd.d/lvp_icd*.json"));
  const [loader] = globSync(path.join(VULKAN, "usr/lib/*/libvulkan.so.1"));
  if (!driver || !loader) return { reason: `${VULKAN} holds no driver; delete it and try again` };
  const libraries = [path.dirname(loader), process.env.LD_LIBRARY_PATH].filter(Boolean).join(path.delimiter);
  return { env: { VK_DRIVER_FILES: driver, LD_LIBRARY_PATH: libraries, PRACTICUM_SOFTWARE_GPU: "1" } };
}

/** @returns why it cannot be had here */
function unpack(): string | undefined {
  const release = debianRelease();
  if (release && release !== RELEASE) return `software Vulkan is unpacked for Debian ${RELEASE} only`;
  const packages = ["mesa-vulkan-drivers", "libvulkan1"];
  return unpackDebian({ folder: VULKAN, packages, suites: [RELEASE, `${RELEASE}-backports`], what: "a Vulkan driver in software (about 100 MB)" });
}
