/** TensorFlow's own C library: CUDA with `@tensorflow/tfjs-node-gpu`, the processor with `@tensorflow/tfjs-node`. Neither comes with Practicum. */
import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import util, { parseArgs } from "node:util";
import * as tf from "../tensors.ts";
import type { Rung } from "./ladder.ts";
import { loadBesideOurs, repairTensorflow } from "./tfjsNodeRepairs.ts";

/** Where Linux's driver tells which GPUs there are. */
const NVIDIA = "/proc/driver/nvidia/gpus";

export const tfjsNodeGpu: Rung = {
  name: "tfjs-node-gpu",
  start: async () => {
    load();
    const { isUsingGpuDevice } = tf.backend() as unknown as { isUsingGpuDevice: boolean };
    if (!isUsingGpuDevice) throw new Error("TensorFlow found no GPU that it can use: it needs an NVIDIA driver, CUDA and cuDNN");
    return { device: `${await nvidiaName()} (CUDA)` };
  },
};

export const tfjsNode: Rung = {
  name: "tfjs-node",
  start: async () => {
    load();
    return { device: "TensorFlow on the processor" };
  },
};

/** The package has a tfjs of its own; engine and kernels are the process's, so it registers its backend with ours. */
function load(): void {
  const { module } = parseArgs({ options: { module: { type: "string" } }, strict: false }).values;
  if (typeof module !== "string") throw new Error("it is not installed");
  // Two functions that it uses, and that Node 23 took away.
  const older = util as unknown as Record<string, unknown>;
  older.isNullOrUndefined ??= (value: unknown) => value == null;
  older.isArray ??= Array.isArray;
  const { env } = process;
  tf.env().set("PROD", true); // it would say of every kernel that it is there twice
  env.TF_CPP_MIN_LOG_LEVEL ??= "2";
  try {
    loadBesideOurs(() => withGlobalScope(() => createRequire(import.meta.url)(module)));
  } catch (error) {
    throw new Error(reasonOf(error), { cause: error });
  } finally {
    tf.env().set("PROD", false);
  }
  if (tf.getBackend() !== "tensorflow") throw new Error("it loads, but brings no backend");
  repairTensorflow(tf.backend());
}

/** What protoc writes, and so the package, asks for the global scope by code made from text, which nobody may make here: that one text is answered. */
function withGlobalScope(load: () => void): void {
  const own = globalThis.Function;
  const apply: ProxyHandler<FunctionConstructor>["apply"] = (target, self, texts) =>
    texts.length === 1 && texts[0] === "return this" ? () => globalThis : Reflect.apply(target, self, texts);
  globalThis.Function = new Proxy(own, { apply });
  try {
    load();
  } finally {
    globalThis.Function = own;
  }
}

/** The package explains over four lines how to build what is missing. */
function reasonOf(error: unknown): string {
  const [first = ""] = (error instanceof Error ? error.message : String(error)).split(/\n/);
  return /can not be found at path/.test(first) ? "its native library is missing: the download of its installation did not succeed" : first;
}

/** TensorFlow does not say which GPU it uses. */
async function nvidiaName(): Promise<string> {
  const [first] = await readdir(NVIDIA).catch(() => []); // not Linux
  const about = first ? await readFile(`${NVIDIA}/${first}/information`, "utf8") : "";
  return /^Model:\s*(.+)$/m.exec(about)?.[1] ?? "NVIDIA GPU";
}
