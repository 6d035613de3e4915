/** tfjs with the wasm backend of this repository outside a runtime: the tests bundle it, as the build does, and load the bundle. */
import { type BackendWasm, setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { guardHeap } from "../../extension/runtime/backends/wasmRepairs.ts";
import { installKernels } from "../../extension/runtime/kernels/install.ts";
import type { Build } from "../../extension/runtime/kernels/pack.ts";
import * as tf from "../../extension/runtime/tensors.ts";

export { tf };

/** @param dist as a file URL, with the kernels built */
export async function start(dist: URL, build: Build): Promise<void> {
  if (tf.getBackend() !== "wasm") {
    setWasmPaths(dist.pathname);
    await tf.setBackend("wasm");
    guardHeap(tf.backend() as BackendWasm);
  }
  installKernels(tf.backend() as BackendWasm, dist, build);
}
