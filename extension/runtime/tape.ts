/**
 * What tfjs (4.22) keeps of a tensor for the backward pass, a second name for the same data, here has the id of the tensor, by which gradients find their
 * way. As published it is an operation of its own, recorded before the one whose result it copies: a gradient of that gradient finds no way from the copy to
 * the inputs, takes it for a constant, and throws or is silently wrong, as of exp, softmax and logSoftmax.
 */
import * as tf from "@tensorflow/tfjs-core";

interface Keeper {
  readonly state: { readonly tensorInfo: WeakMap<object, { readonly backend: tf.KernelBackend }> };
  /** Only called for what is kept. */
  clone(x: tf.Tensor): tf.Tensor;
  incRef(x: tf.Tensor, backend: tf.KernelBackend | undefined): void;
}

const engine = tf.engine() as unknown as Keeper;
const published = engine.clone.bind(engine);

engine.clone = (x) => {
  const home = engine.state.tensorInfo.get(x.dataId);
  if (!home || x.dtype === "complex64") return published(x); // which has parts
  const copy = new tf.Tensor(x.shape, x.dtype, x.dataId, x.id);
  engine.incRef(copy, home.backend);
  return copy;
};
