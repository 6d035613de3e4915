import type * as tf from "../tensors.ts";
import { type KernelPack, sizeOf } from "./pack.ts";

type Inputs = Record<"logits" | "labels", tf.TensorInfo>;

/** The mean cross-entropy of logits [..., classes] and labels [...], and its gradient by the logits, of dy, which is one number. */
export function registerCrossEntropy(pack: KernelPack): void {
  pack.register("CrossEntropy", ({ inputs }) => {
    const { logits, labels } = inputs as unknown as Inputs;
    const [rows, n] = [sizeOf(labels.shape), logits.shape.at(-1) as number];
    const wrong = pack.backend.typedArrayFromHeap(labels).find((label) => label < 0 || label >= n);
    if (wrong !== undefined) throw new RangeError(`crossEntropy: label ${wrong} is not in [0, ${n - 1}]`);
    const [each, mean] = [pack.output([rows]), pack.output([])];
    const scratch = pack.scratch(4 * Math.max(n, 1));
    pack.call.crossEntropy(pack.address(logits), pack.address(labels), rows, n, pack.address(each), scratch);
    pack.call.sum(pack.address(each), 1, rows, 1, 1 / rows, pack.address(mean), scratch);
    pack.backend.disposeData(each.dataId);
    return mean;
  });
  pack.register("CrossEntropyGrad", ({ inputs }) => {
    const { dy, logits, labels } = inputs as unknown as Inputs & { dy: tf.TensorInfo };
    const [rows, n] = [sizeOf(labels.shape), logits.shape.at(-1) as number];
    const factor = (pack.backend.typedArrayFromHeap(dy)[0] as number) / rows;
    const out = pack.output(logits.shape);
    pack.call.crossEntropyGradient(pack.address(logits), pack.address(labels), rows, n, factor, pack.address(out));
    return out;
  });
}
