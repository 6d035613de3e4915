/** Where things stand in the repository. */
import path from "node:path";

export const ROOT = path.resolve(import.meta.dirname, "../..");
/** Results, screenshots and bundles of tests; git-ignored. */
export const OUT = path.join(ROOT, "out");
export const DIST = path.join(ROOT, "dist");
/** The Node that tests and the web workbench run on. */
export const NODE = path.join(ROOT, "node_modules/node/bin", process.platform === "win32" ? "node.exe" : "node");
/** A VS Code for the browser and a Chromium, from npm packages alone; git-ignored. */
export const WEB = path.join(ROOT, ".vscode-test/web");
/** A Vulkan driver in software; git-ignored. */
export const VULKAN = path.join(ROOT, ".vscode-test/vulkan");
/** TensorFlow's packages with a library from pip; git-ignored. */
export const TENSORFLOW = path.join(ROOT, ".vscode-test/tensorflow");
/** bubblewrap from Debian's package; git-ignored. */
export const BUBBLEWRAP = path.join(ROOT, ".vscode-test/bubblewrap");
/** `setpriv` of util-linux 2.41 with its C library; git-ignored. */
export const UTIL_LINUX = path.join(ROOT, ".vscode-test/util-linux");
