/**
 * TensorFlow on the processor, so that its rungs are tested where the library that npm's package downloads cannot be had: the package's own binding, compiled
 * against the library in a wheel of pip's. That is TensorFlow 2.21, while the package downloads 2.9: the binding and the kernels are the same, the library is newer.
 */
import { execFileSync } from "node:child_process";
import { existsSync, globSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { lastLine } from "./debian.ts";
import { ROOT, TENSORFLOW } from "./paths.ts";
import type { Software } from "./vulkan.ts";

const WHEEL = "tensorflow-cpu==2.21.0";
const PACKAGES = ["@tensorflow/tfjs-node", "@tensorflow/tfjs-node-gpu"];
const STAMP = path.join(TENSORFLOW, "stamp");
const LIBRARIES = ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"];
const HEADERS = ["tensorflow/c/", "tensorflow/core/platform/ctstring", "tsl/platform/ctstring", "xla/tsl/c/"];
/** Of one command: a download that hangs is no failure of the tests. */
const LIMIT_MS = 180_000;

/** Builds it at the first call. Where the tests are told of a folder already, that one is used. */
export function softwareTensorflow(): Software {
  if (process.env.PRACTICUM_BACKENDS) return { env: {} };
  const reason = existsSync(STAMP) ? undefined : build();
  return reason ? { reason } : { env: { PRACTICUM_BACKENDS: TENSORFLOW } };
}

/** @returns why it cannot be had here */
function build(): string | undefined {
  if (process.platform !== "linux" || process.arch !== "x64") return "TensorFlow's library is taken from a wheel for Linux on x64, and this is not that";
  console.log("Building TensorFlow's binding (downloads 400 MB, once) ...");
  rmSync(TENSORFLOW, { recursive: true, force: true });
  mkdirSync(TENSORFLOW, { recursive: true });
  try {
    install();
    unpack();
    compile();
  } catch (error) {
    return `TensorFlow could not be built from pip's wheel: ${lastLine(error)}`;
  }
  writeFileSync(STAMP, WHEEL);
  return undefined;
}

/** As `practicum install-backend` lays them out, without the script that downloads. */
function install(): void {
  const { peerDependencies } = JSON.parse(readFileSync(path.join(ROOT, "package.json"), "utf8")) as { peerDependencies: Record<string, string> };
  writeFileSync(path.join(TENSORFLOW, "package.json"), '{ "private": true }');
  const packages = [...PACKAGES.map((name) => `${name}@${peerDependencies[name]}`), "node-api-headers"];
  execute("npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", ...packages);
}

/** A wheel is an archive of fifteen thousand files, of which seventy are needed. */
function unpack(): void {
  const platform = ["--only-binary=:all:", "--python-version=3.11", "--platform=manylinux_2_27_x86_64"];
  execute("python3", "-m", "pip", "download", "--quiet", "--retries=1", "--no-deps", ...platform, "--dest=.", WHEEL);
  const [wheel] = globSync("*.whl", { cwd: TENSORFLOW });
  const wanted = [...LIBRARIES, ...HEADERS.map((name) => `include/${name}`)].map((name) => `tensorflow/${name}`);
  const extract = "import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); z.extractall('.', [n for n in z.namelist() if n.startswith(tuple(sys.argv[2:]))])";
  execute("python3", "-c", extract, `${wheel}`, ...wanted);
  rmSync(path.join(TENSORFLOW, `${wheel}`));
}

/** Both packages have the same binding; they differ in the library that they download. */
function compile(): void {
  const [first, second] = PACKAGES.map((name) => path.join("node_modules", name)) as [string, string];
  for (const folder of ["lib/napi-v8", "deps/lib"]) for (const at of [first, second]) mkdirSync(path.join(TENSORFLOW, at, folder), { recursive: true });
  for (const name of LIBRARIES) renameSync(path.join(TENSORFLOW, "tensorflow", name), path.join(TENSORFLOW, first, "deps/lib", name));
  const addon = "lib/napi-v8/tfjs_binding.node";
  const sources = ["tfjs_backend.cc", "tfjs_binding.cc"].map((name) => path.join(first, "binding", name));
  const from = ["node_modules/node-api-headers/include", "tensorflow/include"].map((folder) => `-I${folder}`);
  const libraries = ["-Wl,-rpath,$ORIGIN/../../deps/lib", ...LIBRARIES.map((name) => path.join(first, "deps/lib", name))];
  execute("g++", "-std=c++17", "-O1", "-w", "-fPIC", "-shared", "-DNAPI_VERSION=8", ...from, ...sources, ...libraries, "-o", path.join(first, addon));
  for (const name of [addon, ...LIBRARIES.map((library) => `deps/lib/${library}`)])
    linkSync(path.join(TENSORFLOW, first, name), path.join(TENSORFLOW, second, name));
  rmSync(path.join(TENSORFLOW, "tensorflow"), { recursive: true });
}

const execute = (command: string, ...args: string[]): void =>
  void execFileSync(command, args, { cwd: TENSORFLOW, stdio: ["ignore", "pipe", "pipe"], timeout: LIMIT_MS });
