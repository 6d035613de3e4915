/** WebAssembly with SIMD: no native part, so it runs inside the sandbox. */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type BackendWasm, setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { installKernels } from "../kernels/install.ts";
import * as tf from "../tensors.ts";
import type { Rung } from "./ladder.ts";
import { repairWasm } from "./wasmRepairs.ts";

const DIST = new URL("./", import.meta.url);
const SIMD = "tfjs-backend-wasm-simd.wasm";

export const wasm: Rung = {
  name: "wasm",
  start: async () => {
    const threads = askedThreads();
    await startWasm(DIST, threads > 1);
    await installKernels(tf.backend() as BackendWasm, DIST, { threads });
    const simd = await tf.env().getAsync("WASM_HAS_SIMD_SUPPORT");
    return { device: `${simd ? "WebAssembly SIMD" : "WebAssembly"}${threads > 1 ? `, ${threads} threads` : ""}` };
  },
};

/** @param dist where the backend's files are @param shared whether threads can share its memory */
export async function startWasm(dist: URL, shared: boolean): Promise<void> {
  const file = (name: string) => fileURLToPath(new URL(name, dist));
  const files = [SIMD, "tfjs-backend-wasm.wasm", "tfjs-backend-wasm-threaded-simd.wasm"];
  setWasmPaths(Object.fromEntries(files.map((name) => [name, file(shared && name === SIMD ? "tfjs-backend-wasm-simd-shared.wasm" : name)])));
  if (!(await tf.setBackend("wasm"))) throw new Error("the WebAssembly module did not load");
  repairWasm(tf.backend() as BackendWasm);
}

/** A process that may start threads is told how many. */
export function askedThreads(): number {
  const { threads } = parseArgs({ options: { threads: { type: "string" } }, strict: false }).values;
  return typeof threads === "string" ? Number(threads) : 1;
}
