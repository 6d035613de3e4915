/** Adam's update in one pass over each variable; tfjs composes it of fourteen operations. */
import * as tf from "../tensors.ts";
import { areFloats, type KernelPack, sizeOf } from "./pack.ts";

interface Moment {
  readonly originalName: string;
  readonly variable: tf.Variable;
}

/** What the optimizer of tfjs keeps; not private, only not declared. */
interface Adam {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly accBeta1: tf.Variable;
  readonly accBeta2: tf.Variable;
  readonly accumulatedFirstMoment: Moment[];
  readonly accumulatedSecondMoment: Moment[];
  incrementIterations(): void;
}

interface NamedTensor {
  readonly name: string;
  readonly tensor: tf.Tensor;
}

type Gradients = tf.NamedTensorMap | NamedTensor[];

export function replaceAdam(pack: KernelPack): void {
  const prototype = tf.AdamOptimizer.prototype as unknown as { applyGradients(this: Adam, gradients: Gradients): void };
  const published = prototype.applyGradients;
  prototype.applyGradients = function (gradients) {
    const named = Array.isArray(gradients) ? gradients : Object.entries(gradients).map(([name, tensor]) => ({ name, tensor }));
    const variables = named.map(({ name }) => tf.engine().registeredVariables[name] as tf.Variable);
    if (tf.getBackend() !== "wasm" || !areFloats(...variables)) published.call(this, gradients);
    else tf.tidy(() => apply(pack, this, variables, named));
  };
}

function apply(pack: KernelPack, adam: Adam, variables: readonly tf.Variable[], gradients: readonly NamedTensor[]): void {
  const { learningRate, beta1, beta2, epsilon, accBeta1, accBeta2 } = adam;
  const corrections = [accBeta1, accBeta2].map((product) => 1 - (pack.backend.typedArrayFromHeap(product)[0] as number));
  variables.forEach((variable, i) => {
    const gradient = gradients[i]?.tensor;
    const first = momentOf(adam.accumulatedFirstMoment, i, variable, "m");
    const second = momentOf(adam.accumulatedSecondMoment, i, variable, "v");
    if (!gradient) return;
    const [w, m, v] = [variable, first, second].map((own) => ownData(pack, own)) as [number, number, number];
    const constants = [learningRate, beta1, beta2, ...corrections, epsilon];
    pack.call.adam(sizeOf(variable.shape), w, pack.address(gradient), m, v, w, ...constants);
  });
  accBeta1.assign(accBeta1.mul(beta1));
  accBeta2.assign(accBeta2.mul(beta2));
  adam.incrementIterations();
}

function momentOf(moments: Moment[], i: number, { name, shape }: tf.Variable, letter: string): tf.Variable {
  moments[i] ??= { originalName: `${name}/${letter}`, variable: tf.tidy(() => tf.zeros(shape).variable(false)) };
  return moments[i].variable;
}

/** The address of a variable's values, after a copy where something else holds them too: those must not change. */
function ownData(pack: KernelPack, variable: tf.Variable): number {
  if (pack.backend.refCount(variable.dataId) > 1) variable.assign(tf.tidy(() => variable.mul(1)));
  return pack.address(variable);
}
