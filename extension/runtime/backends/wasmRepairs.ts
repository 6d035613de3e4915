/** Where the published wasm backend (4.22) is silently wrong, or reads and writes beyond its tensors. */
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "../tensors.ts";
import { replaceKernel } from "./replaceKernel.ts";

export function repairWasm(backend: BackendWasm): void {
  guardHeap(backend);
  replaceKernel("wasm", "Cast", castToMask);
  replaceKernel("wasm", "OneHot", oneHotOfAnyType);
  replaceKernel("wasm", "Select", selectMasks);
  replaceKernel("wasm", "GatherNd", refuseWrongIndices(backend));
}

/** The heap ends at 4 GiB and an allocation beyond is not noticed: the next write would go to address 0. */
function guardHeap(backend: BackendWasm): void {
  const module = backend.wasm as unknown as { asm?: { malloc?: (n: number) => number }; _malloc: (n: number) => number; HEAPU8: Uint8Array };
  const allocate = module.asm?.malloc ?? module._malloc; // `_malloc` would put itself back in place at its first call
  module._malloc = (bytes) => {
    const address = allocate(bytes) >>> 0;
    if (address === 0 && bytes > 0) {
      const mib = (n: number) => Math.round(n / 2 ** 20);
      throw new RangeError(`out of memory: ${mib(bytes)} MiB asked while the WebAssembly heap holds ${mib(module.HEAPU8.length)} of at most 4096 MiB`);
    }
    return address;
  };
}

/** As published, the lowest byte of the whole part: 0.5 would be false. */
const castToMask =
  (published: tf.KernelFunc): tf.KernelFunc =>
  (call) => {
    const x = call.inputs.x as tf.Tensor;
    return call.attrs?.dtype === "bool" && x.dtype !== "bool" ? tf.tidy(() => tf.notEqual(x, tf.scalar(0, x.dtype))) : published(call);
  };

/** As published, it writes whole numbers of four bytes, whatever the type. */
const oneHotOfAnyType =
  (published: tf.KernelFunc): tf.KernelFunc =>
  (call) => {
    const { dtype, onValue, offValue } = call.attrs as unknown as { dtype: tf.DataType; onValue: number; offValue: number };
    if (dtype === "int32") return published(call);
    return tf.tidy(() => {
      const ones = published({ ...call, attrs: { ...call.attrs, dtype: "int32", onValue: 1, offValue: 0 } }) as tf.TensorInfo;
      const hot = tf.cast(tf.engine().makeTensorFromTensorInfo(ones), "bool");
      return tf.where(hot, tf.scalar(onValue, dtype), tf.scalar(offValue, dtype));
    });
  };

/** As published, it reads and writes four bytes for each truth value. */
const selectMasks =
  (published: tf.KernelFunc): tf.KernelFunc =>
  (call) => {
    const { condition, t, e } = call.inputs as Record<"condition" | "t" | "e", tf.Tensor>;
    if (t.dtype !== "bool") return published(call);
    return tf.tidy(() => tf.where(condition, tf.cast(t, "int32"), tf.cast(e, "int32")).toBool());
  };

/** As published, it reads what is not the tensor's. */
const refuseWrongIndices =
  (backend: BackendWasm) =>
  (published: tf.KernelFunc): tf.KernelFunc =>
  (call) => {
    const { params, indices } = call.inputs as Record<"params" | "indices", tf.TensorInfo>;
    const axes = indices.shape.at(-1) as number;
    for (const [i, index] of backend.typedArrayFromHeap(indices).entries()) {
      const length = params.shape[i % axes] as number;
      if (index < 0 || index >= length) throw new RangeError(`gatherND: index ${index} is not in [0, ${length - 1}]`);
    }
    return published(call);
  };
