import type * as tf from "../tensors.ts";
import { type KernelPack, sizeOf } from "./pack.ts";
import { STRETCH } from "./parts.ts";

/** Layer norm over the last axis, and its gradients by x, gain and bias, of dy and x. */
export function registerLayerNorm(pack: KernelPack): void {
  pack.register("LayerNorm", ({ inputs, attrs }) => {
    const { x, gain, bias } = inputs as Record<"x" | "gain" | "bias", tf.TensorInfo>;
    const out = pack.output(x.shape);
    const [rows, n] = rowsOf(x);
    pack.call.layerNorm(pack.address(x), pack.address(gain), pack.address(bias), rows, n, attrs?.epsilon as number, pack.address(out));
    return out;
  });
  pack.register("LayerNormGrad", ({ inputs, attrs }) => {
    const { dy, x, gain } = inputs as Record<"dy" | "x" | "gain", tf.TensorInfo>;
    const [rows, n] = rowsOf(x);
    const stretches = Math.ceil(rows / STRETCH);
    const out = pack.output(x.shape);
    const sums = [pack.output([stretches, n]), pack.output([stretches, n])];
    const addresses = [dy, x, gain].map((operand) => pack.address(operand)) as [number, number, number];
    const [gainSums, biasSums] = sums.map((part) => pack.address(part)) as [number, number];
    pack.call.layerNormGradient(...addresses, rows, n, attrs?.epsilon as number, pack.address(out), gainSums, biasSums);
    return [out, ...sums.map((part) => total(pack, part))];
  });
}

const rowsOf = ({ shape }: tf.TensorInfo): [rows: number, n: number] => [sizeOf(shape.slice(0, -1)), shape.at(-1) as number];

/** [stretches, n] -> [n] */
function total(pack: KernelPack, sums: tf.TensorInfo): tf.TensorInfo {
  const [stretches, n] = sums.shape as [number, number];
  const out = pack.output([n]);
  const scratch = pack.scratch(4 * n);
  pack.call.sum(pack.address(sums), 1, stretches, n, 1, pack.address(out), scratch);
  pack.backend.disposeData(sums.dataId);
  return out;
}
