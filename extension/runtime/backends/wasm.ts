/** WebAssembly with SIMD: no native part, so it runs inside the sandbox. */
import { fileURLToPath } from "node:url";
import { type BackendWasm, setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { installKernels } from "../kernels/install.ts";
import * as tf from "../tensors.ts";
import type { Rung } from "./ladder.ts";
import { guardHeap } from "./wasmRepairs.ts";

export const wasm: Rung = {
  name: "wasm",
  start: async () => {
    setWasmPaths(fileURLToPath(new URL("./", import.meta.url)));
    if (!(await tf.setBackend("wasm"))) throw new Error("the WebAssembly module did not load");
    const backend = tf.backend() as BackendWasm;
    guardHeap(backend);
    installKernels(backend, new URL("./", import.meta.url));
    const simd = await tf.env().getAsync("WASM_HAS_SIMD_SUPPORT");
    return { device: simd ? "WebAssembly SIMD" : "WebAssembly" };
  },
};
