/** One kernel of a published backend is repaired. */
import * as tf from "../tensors.ts";

/** Puts a kernel in the place of the published one, which it may still call. A backend that has none is left without. */
export function replaceKernel(backendName: string, kernelName: string, repair: (published: tf.KernelFunc) => tf.KernelFunc): void {
  const published = tf.getKernel(kernelName, backendName);
  if (!published) return;
  tf.unregisterKernel(kernelName, backendName);
  tf.registerKernel({ ...published, kernelFunc: repair(published.kernelFunc) });
}
