import { type Adam, own, type State } from "../adam.ts";
import type * as tf from "../tensors.ts";
import { type KernelPack, sizeOf } from "./pack.ts";

export function updateBy(pack: KernelPack, { learningRate, beta1, beta2, epsilon, accBeta1, accBeta2 }: Adam, states: readonly State[]): void {
  const corrections = [accBeta1, accBeta2].map((product) => 1 - (pack.backend.typedArrayFromHeap(product)[0] as number));
  const ownData = (variable: tf.Variable) => pack.address(own(variable, ({ dataId }) => pack.backend.refCount(dataId)));
  for (const { weights, gradient, first, second } of states) {
    const [w, m, v] = [weights, first, second].map(ownData) as [number, number, number];
    const constants = [learningRate, beta1, beta2, ...corrections, epsilon];
    pack.call.adam(sizeOf(weights.shape), w, pack.address(gradient), m, v, w, ...constants);
  }
  accBeta1.assign(accBeta1.mul(beta1));
  accBeta2.assign(accBeta2.mul(beta2));
}
