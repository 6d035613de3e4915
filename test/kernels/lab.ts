/** tfjs with the wasm backend of this repository outside a runtime: the tests bundle it, as the build does, and load the bundle. */
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import { startWasm } from "../../extension/runtime/backends/wasm.ts";
import { installKernels } from "../../extension/runtime/kernels/install.ts";
import type { PackOptions } from "../../extension/runtime/kernels/pack.ts";
import * as tf from "../../extension/runtime/tensors.ts";

export * as operations from "../../extension/runtime/services/operations.ts";
export { tf };

/** @param dist as a file URL, with the kernels built */
export async function start(dist: URL, options: PackOptions): Promise<void> {
  if (tf.getBackend() !== "wasm") await startWasm(dist, (options.threads ?? 1) > 1);
  await installKernels(tf.backend() as BackendWasm, dist, options);
}
