/** Our child programs: which flags of Node each runs under, and what each needs of the machine. */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { BOUNDS, type MessageBounds } from "../protocol/bounds.ts";
import type { BackendInfo } from "../protocol/runtime.ts";
import type { Program } from "./containment/rung.ts";
import { ADDONS, BASE_FLAGS, childEnvironment, driverEnvironment, NO_CODE_FROM_TEXT, type NodeProgram } from "./node.ts";

/** "native" is the runtime with the backends that are native addons; "fetch" brings a pretrained model, and is the only one with a network. */
export type ProgramName = "runtime" | "native" | "grader" | "oracle" | "pretrained" | "fetch";

export interface Wanted {
  readonly node: NodeProgram;
  /** Folder of what was built. */
  readonly dist: string;
  readonly program: ProgramName;
  readonly args?: readonly string[];
  /** Files and folders that it reads beside its own. */
  readonly readable?: readonly string[];
  /** Folders that it writes into. */
  readonly writable?: readonly string[];
}

/** Tells a runtime with how many threads to compute. It starts them before it loads anything, and sees to it that nothing else starts one. */
export const THREADS = "--threads=";
/** Tells a native runtime where the package of its backend is. */
export const MODULE = "--module=";

/** Programs that load native addons. */
const NATIVE: readonly ProgramName[] = ["native", "oracle", "pretrained"];
/** Those that may use a GPU. */
const ON_DEVICES: readonly ProgramName[] = ["native", "pretrained"];
const SHARED = ["kernelThread.mjs", "tfjs-backend-wasm-simd-shared.wasm", "kernels-fma-shared.wasm", "kernels-simd-shared.wasm"];
const WASM = ["tfjs-backend-wasm.wasm", "tfjs-backend-wasm-simd.wasm", "tfjs-backend-wasm-threaded-simd.wasm", "kernels-fma.wasm", "kernels-simd.wasm"];
/** npm packages that stay outside of a bundle, as they are native. */
const PACKAGES: Readonly<Partial<Record<ProgramName, readonly string[]>>> = {
  native: ["webgpu"],
  oracle: ["onnxruntime-node", "onnxruntime-common"],
  pretrained: ["onnxruntime-node", "onnxruntime-common"],
};

/** The program as it is started, and what it is to be given of the machine. */
export function programFor({ node, dist, program, args = [], readable = [], writable }: Wanted): Program {
  const files = ownFiles(dist, program, args);
  const own = [...files, ...packagesOf(dist, program), ...moduleOf(args), ...readable];
  const drivers = NATIVE.includes(program) || program === "fetch" ? driverEnvironment() : {};
  return {
    file: node.path,
    args: [
      ...BASE_FLAGS,
      ...(program === "fetch" ? [] : NO_CODE_FROM_TEXT),
      ...permissions(node, program, args, files),
      path.join(dist, `${program}.mjs`),
      ...args,
    ],
    env: { ...childEnvironment(), ...drivers },
    readable: [...own, ...(NATIVE.includes(program) ? namedBy(drivers) : [])],
    ...(writable && { writable }),
    devices: ON_DEVICES.includes(program),
    network: program === "fetch",
  };
}

/** What one message of the program may have: a runtime hands over in parts what is large, and whoever reads it has other things to do meanwhile. */
export const messagesOf = (program: ProgramName): MessageBounds =>
  program === "runtime" || program === "native"
    ? { bytes: BOUNDS.partBytes, values: BOUNDS.partValues }
    : { bytes: BOUNDS.messageBytes, values: BOUNDS.messageValues };

/** What Node's own permissions leave to the program; absent: the narrowest. */
export function sandboxOf({ sandbox }: NodeProgram, program: ProgramName): BackendInfo["sandbox"] {
  if (sandbox.length === 0) return "none";
  if (!NATIVE.includes(program)) return undefined;
  return sandbox.includes("--permission") ? "addons" : "none";
}

/** The narrowest permissions of Node that the program runs under; a native addon does what it likes, the code beside it does not. */
function permissions({ sandbox }: NodeProgram, program: ProgramName, args: readonly string[], files: readonly string[]): readonly string[] {
  if (sandbox.length === 0 || program === "pretrained" || program === "fetch") return []; // they run no code of others
  if (NATIVE.includes(program)) return sandbox.includes("--permission") ? [...sandbox, ...ADDONS] : [];
  return [...sandbox, ...(isThreaded(args) ? ["--allow-worker"] : []), ...files.map((file) => `--allow-fs-read=${file}`)];
}

function ownFiles(dist: string, program: ProgramName, args: readonly string[]): readonly string[] {
  const computes = program === "runtime" || program === "native";
  const names = [`${program}.mjs`, "amaro.mjs", ...(computes ? WASM : []), ...(isThreaded(args) ? SHARED : [])];
  return names.map((name) => path.join(dist, name)).filter((file) => existsSync(file));
}

const isThreaded = (args: readonly string[]): boolean => args.some((arg) => arg.startsWith(THREADS));

/** Where Node would find them: beside what was built, or above. A package that is not there is an optional rung: the program says so. */
function packagesOf(dist: string, program: ProgramName): readonly string[] {
  const places = createRequire(path.join(dist, "_.js")).resolve.paths("_") ?? [];
  return (PACKAGES[program] ?? []).flatMap((name) => places.map((place) => path.join(place, name)).filter((folder) => existsSync(folder)));
}

/** TensorFlow's package with all that it needs: they lie beside each other. */
function moduleOf(args: readonly string[]): readonly string[] {
  const module = args.find((arg) => arg.startsWith(MODULE))?.slice(MODULE.length);
  const at = module?.lastIndexOf(`${path.sep}node_modules${path.sep}`) ?? -1;
  return module === undefined ? [] : [at < 0 ? module : path.join(module.slice(0, at), "node_modules")];
}

/** Files and folders that the environment of the drivers speaks of. A driver's description names its library, which lies in the folder above or below it. */
function namedBy(environment: NodeJS.ProcessEnv): readonly string[] {
  const named = Object.entries(environment).filter(([name]) => /PATH$|^VK_|^CUDA_(HOME|PATH)/.test(name));
  return named.flatMap(([, value = ""]) => value.split(path.delimiter)).filter((place) => path.isAbsolute(place) && existsSync(place));
}
