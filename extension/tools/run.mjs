// `node run.mjs TASK ...`: runs a task of this folder after making what it needs. Runs on a bare Node 20, so it imports nothing of npm's.
// Tasks run on the Node of node_modules, the version that the extension's own processes are tested with.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const tasks = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(tasks, "../..");
const node = path.join(root, "node_modules/node/bin", process.platform === "win32" ? "node.exe" : "node");

if (!inStep()) install();
const [task, ...args] = process.argv.slice(2);
const child = spawn(node, ["--no-warnings", path.join(tasks, task), ...args], { cwd: root, stdio: "inherit" });
// Ctrl-C reaches the child by itself; it ends first and says how it ended.
for (const signal of ["SIGINT", "SIGHUP"]) process.on(signal, () => {});
process.on("SIGTERM", () => child.kill("SIGTERM"));
child.on("exit", (code, signal) => process.exit(code ?? (signal === "SIGINT" ? 130 : 1)));

/** Whether node_modules holds what package-lock.json asks for; npm keeps its own account of what it installed. */
function inStep() {
  const installed = readLock("node_modules/.package-lock.json");
  if (!installed || !existsSync(node)) return false;
  const wanted = Object.entries(readLock("package-lock.json")).filter(([folder, entry]) => folder !== "" && !entry.optional);
  return wanted.every(([folder, { version }]) => installed[folder]?.version === version);
}

function readLock(file) {
  const lock = path.join(root, file);
  return existsSync(lock) ? JSON.parse(readFileSync(lock, "utf8")).packages : undefined;
}

function install() {
  console.log("Installing dependencies (npm ci) ...");
  // onnxruntime-node's own script would fetch GPU libraries from elsewhere; the CPU library is inside its package.
  const env = { ...process.env, ONNXRUNTIME_NODE_INSTALL: "skip" };
  const { status, error } = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: "inherit",
    env,
    shell: process.platform === "win32",
  });
  if (error) console.error(`npm could not be started: ${error.message}. Install Node.js with npm, then try again.`);
  if (status !== 0) process.exit(status ?? 1);
}
