import type * as tf from "../tensors.ts";
import { areFloats, type KernelPack, sizeOf } from "./pack.ts";

/** Softmax over the last axis, which is the only one that tfjs has, and its gradient of dy and y. */
export function registerSoftmax(pack: KernelPack): void {
  pack.register("Softmax", (call, published) => {
    const { logits } = call.inputs as { logits: tf.TensorInfo };
    if (!areFloats(logits)) return published(call);
    const out = pack.output(logits.shape);
    const n = logits.shape.at(-1) ?? 1;
    pack.call.softmax(pack.address(logits), sizeOf(logits.shape) / Math.max(n, 1), n, pack.address(out));
    return out;
  });
  pack.register("SoftmaxGrad", ({ inputs }) => {
    const { dy, y } = inputs as { dy: tf.TensorInfo; y: tf.TensorInfo };
    const out = pack.output(y.shape);
    const n = y.shape.at(-1) ?? 1;
    pack.call.softmaxGradient(pack.address(dy), pack.address(y), sizeOf(y.shape) / Math.max(n, 1), n, pack.address(out));
    return out;
  });
}
