/** Adam's update in one pass over each variable; tfjs composes it of fourteen operations. */
import * as tf from "./tensors.ts";

interface Moment {
  readonly originalName: string;
  readonly variable: tf.Variable;
}

/** What the optimizer of tfjs keeps; not private, only not declared. */
export interface Adam {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** beta1 and beta2 to the power of the number of steps, this one included. */
  readonly accBeta1: tf.Variable;
  readonly accBeta2: tf.Variable;
  readonly accumulatedFirstMoment: Moment[];
  readonly accumulatedSecondMoment: Moment[];
  incrementIterations(): void;
}

/** A variable, its gradient and its moments. */
export interface State {
  readonly weights: tf.Variable;
  readonly gradient: tf.Tensor;
  readonly first: tf.Variable;
  readonly second: tf.Variable;
}

interface NamedTensor {
  readonly name: string;
  readonly tensor: tf.Tensor;
}

type Gradients = tf.NamedTensorMap | NamedTensor[];

/** @param update takes one step for all of them, where they are, the powers of the betas included */
export function replaceAdam(backend: string, update: (adam: Adam, states: readonly State[]) => void): void {
  const prototype = tf.AdamOptimizer.prototype as unknown as { applyGradients(this: Adam, gradients: Gradients): void };
  const published = prototype.applyGradients;
  prototype.applyGradients = function (gradients) {
    const named = Array.isArray(gradients) ? gradients : Object.entries(gradients).map(([name, tensor]) => ({ name, tensor }));
    const variables = named.map(({ name }) => tf.engine().registeredVariables[name] as tf.Variable);
    if (tf.getBackend() !== backend || variables.some(({ dtype }) => dtype !== "float32")) published.call(this, gradients);
    else
      tf.tidy(() => {
        update(this, statesOf(this, variables, named));
        this.incrementIterations();
      });
  };
}

function statesOf(adam: Adam, variables: readonly tf.Variable[], gradients: readonly NamedTensor[]): State[] {
  return variables.flatMap((weights, i): State[] => {
    const gradient = gradients[i]?.tensor;
    const first = momentOf(adam.accumulatedFirstMoment, i, weights, "m");
    const second = momentOf(adam.accumulatedSecondMoment, i, weights, "v");
    return gradient ? [{ weights, gradient, first, second }] : [];
  });
}

function momentOf(moments: Moment[], i: number, { name, shape }: tf.Variable, letter: string): tf.Variable {
  moments[i] ??= { originalName: `${name}/${letter}`, variable: tf.tidy(() => tf.zeros(shape).variable(false)) };
  return moments[i].variable;
}

/** A variable that is about to be changed where it is, after a copy where something else holds its values too: those must not change. */
export function own(variable: tf.Variable, holders: (variable: tf.Variable) => number): tf.Variable {
  if (holders(variable) > 1) variable.assign(tf.tidy(() => variable.mul(1)));
  return variable;
}
