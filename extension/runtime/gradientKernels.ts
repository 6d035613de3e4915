/**
 * Gradients in one kernel where tfjs composes them of many. A gradient of a gradient needs the composed form, and so do other backends: both keep it.
 */
import * as tf from "./tensors.ts";

interface Engine {
  isTapeOn(): boolean;
}
const engine = tf.engine() as unknown as Engine;

export type GradFunc = (dy: tf.Tensor, saved: tf.Tensor[], attrs: tf.NamedAttrMap) => Record<string, () => tf.Tensor>;

/** @param backend the one that has the kernels of `fused` */
export function fuse(backend: string, kernelName: string, fused: GradFunc): void {
  const config = tf.getGradient(kernelName);
  if (!config) throw new Error(`tfjs has no gradient of ${kernelName}`);
  const composed = config.gradFunc as GradFunc;
  const gradFunc: GradFunc = (dy, saved, attrs) => {
    const usable = tf.getBackend() === backend && !engine.isTapeOn() && dy.dtype === "float32" && saved.every((x) => x.dtype === "float32");
    return (usable ? fused : composed)(dy, saved, attrs);
  };
  tf.unregisterGradient(kernelName);
  tf.registerGradient({ ...config, gradFunc: gradFunc as tf.GradFunc });
}

export const run = (name: string, inputs: Record<string, tf.Tensor | undefined>, attrs: object = {}): tf.Tensor =>
  tf.engine().runKernel(name, inputs as tf.NamedTensorMap, attrs as tf.NamedAttrMap) as tf.Tensor;
