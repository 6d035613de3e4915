import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import { replaceAdam } from "../adam.ts";
import { updateBy } from "./adam.ts";
import { registerCrossEntropy } from "./crossEntropy.ts";
import { registerElementwise } from "./elementwise.ts";
import { registerGradients } from "./gradients.ts";
import { registerLayerNorm } from "./layerNorm.ts";
import { registerLayout } from "./layout.ts";
import { registerLookup } from "./lookup.ts";
import { registerMatMul } from "./matMul.ts";
import { KernelPack, type PackOptions } from "./pack.ts";
import { registerReductions } from "./reductions.ts";
import { registerSoftmax } from "./softmax.ts";

/** Puts the kernels of the pack in the place of the backend's own. @param folder where the built kernels are */
export async function installKernels(backend: BackendWasm, folder: URL, options?: PackOptions): Promise<void> {
  const pack = await KernelPack.start(backend, folder, options);
  for (const register of [registerLayout, registerMatMul, registerElementwise, registerReductions, registerLookup, registerSoftmax]) register(pack);
  for (const register of [registerLayerNorm, registerCrossEntropy]) register(pack);
  registerGradients(pack);
  replaceAdam("wasm", (adam, states) => updateBy(pack, adam, states));
}
