/** Where TensorFlow's packages (4.22) undo what is repaired here, lack what other backends have, fail in words that do not help, or reach too far. */
import * as tf from "../tensors.ts";
import { replaceKernel } from "./replaceKernel.ts";

interface Binding {
  executeOp(name: string, ...rest: readonly unknown[]): unknown;
  readonly [name: string]: unknown;
}
interface Tensorflow extends tf.KernelBackend {
  binding: Binding;
}
type Kernel = tf.KernelFunc;
type Registry = Map<string, unknown>;

/** The package loads a tfjs of its own, which puts gradients, kernels and tensors' methods, as published, where the process has one of each. Ours stay. */
export function loadBesideOurs(load: () => void): void {
  const { _tfGlobals: globals } = globalThis as unknown as { readonly _tfGlobals: ReadonlyMap<string, Registry> };
  const kept = ["gradRegistry", "kernelRegistry"].map((name) => globals.get(name) ?? new Map<string, unknown>()).map((all) => [all, [...all]] as const);
  const methods = Object.getOwnPropertyDescriptors(tf.Tensor.prototype);
  try {
    load();
  } finally {
    Object.defineProperties(tf.Tensor.prototype, methods);
    for (const [all, ours] of kept) for (const [name, config] of ours) all.set(name, config);
  }
}

export function repairTensorflow(backend: tf.KernelBackend): void {
  guardBinding(backend as Tensorflow);
  replaceKernel("tensorflow", "Multinomial", drawFromProbabilities);
  replaceKernel("tensorflow", "GatherV2", countFromTheEnd);
  for (const name of ["Add", "Sub", "Multiply", "Max", "Min"]) replaceKernel("tensorflow", name, (kernel) => withMasksAsNumbers(kernel, "bool"));
  for (const name of ["Less", "LessEqual", "Greater", "GreaterEqual"]) replaceKernel("tensorflow", name, withMasksAsNumbers);
  borrowFromCpu(backend);
}

/** What kernels ask TensorFlow for by a name that is not their own. */
const BY_ANOTHER_NAME = ["BatchMatMulV2", "ConcatV2", "FloorMod", "Mul", "ReverseV2", "TopKV2", "UniqueV2"];

/**
 * TensorFlow has operations that write files, whatever Node's permissions say: only those of the kernels are left, and no models are loaded.
 * What it refuses is, as published, a number, and on a second line what is wrong.
 */
function guardBinding(backend: Tensorflow): void {
  const { binding } = backend;
  const operations = new Set([...tf.getKernelsForBackend("tensorflow").map(({ kernelName }) => kernelName), ...BY_ANOTHER_NAME]);
  const executeOp: Binding["executeOp"] = (name, ...rest) => {
    if (!operations.has(name)) throw new Error(`TensorFlow's operation ${name} is none of tfjs's, and cannot be used here`);
    try {
      return binding.executeOp(name, ...rest);
    } catch (error) {
      const [, said] = /^Invalid TF_Status: \d+\s+Message: (.*)/.exec((error as Error).message) ?? [];
      throw said ? new Error(`TensorFlow could not compute ${name}: ${said}`, { cause: error }) : error;
    }
  };
  const left = Object.getOwnPropertyNames(binding).filter((name) => !name.includes("SavedModel"));
  backend.binding = { ...Object.fromEntries(left.map((name) => [name, binding[name]])), executeOp };
}

/** As published, of logits only. */
const drawFromProbabilities =
  (published: Kernel): Kernel =>
  ({ inputs, attrs, backend }) => {
    const logits = inputs.logits as tf.Tensor;
    const drawn = () => published({ inputs: { logits: attrs?.normalized ? tf.log(logits) : logits }, attrs: { ...attrs, normalized: false }, backend });
    return tf.tidy(drawn as () => tf.Tensor);
  };

/** As published, indices are compared with the length of an axis that is not there. */
const countFromTheEnd =
  (published: Kernel): Kernel =>
  ({ inputs, attrs, backend }) => {
    const [axis] = tf.util.parseAxisParam(attrs?.axis as number, (inputs.x as tf.TensorInfo).shape) as [number];
    return published({ inputs, attrs: { ...attrs, axis }, backend });
  };

/** TensorFlow does not compute with masks. */
function withMasksAsNumbers(published: Kernel, result?: "bool"): Kernel {
  return (call) => {
    if (!Object.values(call.inputs).some((x) => x?.dtype === "bool")) return published(call);
    return tf.tidy(() => {
      const inputs = Object.fromEntries(Object.entries(call.inputs).map(([name, x]) => [name, tf.cast(x as tf.Tensor, "int32")]));
      const made = published({ ...call, inputs }) as tf.Tensor;
      return result ? tf.cast(made, result) : made;
    });
  };
}

/** What TensorFlow's package has no kernel for is computed by that of plain JavaScript. */
function borrowFromCpu(backend: tf.KernelBackend): void {
  const there = new Set(tf.getKernelsForBackend("tensorflow").map(({ kernelName }) => kernelName));
  const moved = (x: tf.TensorInfo, from: tf.KernelBackend, to: tf.KernelBackend): tf.TensorInfo => ({
    ...x,
    dataId: to.write(from.readSync(x.dataId), x.shape, x.dtype),
  });
  for (const { kernelName, kernelFunc } of tf.getKernelsForBackend("cpu")) {
    if (there.has(kernelName)) continue;
    const borrowed: Kernel = ({ inputs, attrs }) => {
      const cpu = tf.findBackend("cpu");
      const copied = Object.fromEntries(Object.entries(inputs).map(([name, x]) => [name, x && moved(x, backend, cpu)]));
      const made = kernelFunc({ inputs: copied, attrs, backend: cpu });
      const results = [made].flat().map((x) => moved(x, cpu, backend));
      for (const x of [...Object.values(copied), ...[made].flat()]) if (x) cpu.disposeData(x.dataId);
      return Array.isArray(made) ? results : (results[0] as tf.TensorInfo);
    };
    tf.registerKernel({ kernelName, backendName: "tensorflow", kernelFunc: borrowed });
  }
}
