/** Every operation passes the engine: here it is handed to a recorder. A program that is not profiled is left as it is. */
import type { Clock } from "../../protocol/profile.ts";
import * as tf from "../tensors.ts";
import { countBuffers } from "./buffers.ts";
import { flopsOf } from "./flops.ts";
import type { Made, Recorder } from "./recorder.ts";

/** A registered kernel, or, of a gradient of one's own, a function. */
interface KernelCall {
  readonly kernelName?: string;
  readonly inputs: tf.NamedTensorMap;
  readonly attrs?: Readonly<Record<string, unknown>>;
}

type Result = tf.Tensor | tf.Tensor[];

interface Engine {
  runKernelFunc(call: KernelCall): Result;
  readonly state: { readonly activeScope?: { readonly name: string } };
}

/** @param span that the program is in @returns what the time of an operation is */
export function recordOps(recorder: Recorder, span: () => number | undefined): Clock {
  const engine = tf.engine() as unknown as Engine;
  const run = engine.runKernelFunc.bind(engine);
  const timer = deviceTimer();
  const memory = countBuffers();
  engine.runKernelFunc = (call) => {
    let device: Promise<number> | undefined;
    const work = timer
      ? () => {
          const { result, ms } = timer(() => run(call));
          device = ms;
          return result;
        }
      : () => run(call);
    return recorder.op(nameOf(call.kernelName ?? scopeOf(engine)), span(), work, (result) => madeBy(call, result, memory(), device));
  };
  if (!timer) recordOptimizers(recorder, span, memory);
  return timer ? "device" : ["webgpu", "tfjs-node-gpu"].includes(tf.getBackend()) ? "queued" : "computed";
}

/** An operation of the library's own that brings its gradient is in a scope of its name. */
const scopeOf = ({ state: { activeScope } }: Engine): string =>
  activeScope === undefined || ["", "unnamed scope"].includes(activeScope.name) ? "customGrad" : activeScope.name.replace(/__op$/, "");

/** An update may be one pass over all weights that no operation is. */
function recordOptimizers(recorder: Recorder, span: () => number | undefined, memory: () => number): void {
  for (const optimizer of OPTIMIZERS) {
    const prototype = optimizer.prototype as tf.Optimizer;
    const apply = prototype.applyGradients;
    prototype.applyGradients = function (this: tf.Optimizer, gradients) {
      const made = () => ({ bytes: 0, flops: 0, memory: memory(), device: undefined });
      return recorder.op("applyGradients", span(), () => apply.call(this, gradients), made);
    };
  }
}

const OPTIMIZERS = [
  tf.SGDOptimizer,
  tf.MomentumOptimizer,
  tf.AdagradOptimizer,
  tf.AdadeltaOptimizer,
  tf.RMSPropOptimizer,
  tf.AdamOptimizer,
  tf.AdamaxOptimizer,
] as const;

function madeBy({ kernelName = "", inputs, attrs = {} }: KernelCall, result: Result, memory: number, device: Promise<number> | undefined): Made {
  const outputs = Array.isArray(result) ? result : [result];
  let bytes = 0;
  for (const { size, dtype, dataId } of outputs) if (!isOneOf(inputs, dataId)) bytes += size * tf.util.bytesPerElement(dtype);
  return { bytes, flops: flopsOf(kernelName, inputs, attrs, outputs[0]), memory, device };
}

/** Whether an output is another view of an input. */
function isOneOf(inputs: tf.NamedTensorMap, dataId: object): boolean {
  for (const name in inputs) if (inputs[name]?.dataId === dataId) return true;
  return false;
}

/** As learners call it, where the kernel's name is another. */
const NAMES: Readonly<Record<string, string>> = {
  BatchMatMul: "matMul",
  _FusedMatMul: "fused matMul",
  Multiply: "mul",
  RealDiv: "div",
  GatherV2: "gather",
  GeluTanh: "gelu",
  Identity: "clone",
  Select: "where",
  UnsortedSegmentSum: "unsortedSegmentSum",
  ExpandDims: "expandDims",
};

const named = new Map(Object.entries(NAMES));

function nameOf(kernel: string): string {
  const known = named.get(kernel);
  if (known !== undefined) return known;
  const name = kernel.charAt(0).toLowerCase() + kernel.slice(1);
  named.set(kernel, name);
  return name;
}

type Timer = <T>(work: () => T) => { readonly result: T; readonly ms: Promise<number> };

/** The GPU's clock, where it has one that can be read. */
function deviceTimer(): Timer | undefined {
  const backend = tf.backend() as tf.KernelBackend & { readonly supportTimestampQuery?: boolean };
  if (tf.getBackend() !== "webgpu" || !backend.supportTimestampQuery) return undefined;
  return (work) => {
    let outcome: { readonly result: ReturnType<typeof work> } | undefined;
    let thrown: unknown;
    const timing = backend.time(() => {
      try {
        outcome = { result: work() };
      } catch (error) {
        thrown = error;
      }
    });
    if (!outcome) throw thrown;
    return { ...outcome, ms: timing.then(({ kernelMs }) => kernelMs as number) };
  };
}
