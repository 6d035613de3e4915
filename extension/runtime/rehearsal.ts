/**
 * What most implementations do first, done in small while the process waits: the library's code is compiled when it is first called, and a learner would
 * wait for that. It leaves no tensor behind, and nothing that a later answer could depend on.
 */
import * as tf from "./tensors.ts";

type Step = () => unknown;

const square = () => tf.linspace(-1, 1, 16).reshape<tf.Tensor2D>([4, 4]);
const heads = () => square().reshape([1, 2, 2, 4]);

const STEPS: readonly Step[] = [
  () => tf.matMul(square(), square(), false, true).mul(0.5).dataSync(),
  () => tf.softmax(tf.matMul(heads(), heads(), false, true).div(2)).dataSync(),
  () =>
    tf.linalg
      .bandPart(tf.ones([4, 4]), -1, 0)
      .sub(1)
      .mul(1e9)
      .add(square())
      .dataSync(),
  () =>
    tf
      .stack([tf.sin(square()), tf.cos(square())], 2)
      .reshape([4, 8])
      .dataSync(),
  () => tf.pow(10000, tf.range(0, 4).div(4)).expandDims(1).log().exp().sqrt().dataSync(),
  () =>
    tf
      .concat(tf.split(square(), 2, 1), 0)
      .slice([1, 0], [4, 2])
      .transpose()
      .dataSync(),
  () =>
    tf
      .gather(square(), tf.tensor1d([0, 2], "int32"))
      .pad([
        [0, 0],
        [1, 0],
      ])
      .tile([2, 1])
      .dataSync(),
  () =>
    tf
      .moments(square(), -1, true)
      .variance.add(1e-5)
      .rsqrt()
      .mul(square().sub(square().mean(-1, true)))
      .dataSync(),
  () => [square().sum(), square().max(), square().argMax(-1), square().square().min(), square().cumsum(0)].map((x) => x.dataSync()),
  () => tf.where(square().greater(0), tf.relu(square()), tf.tanh(square())).abs().maximum(0.1).dataSync(),
  () => tf.unstack(square()).map((row) => row.sigmoid().dataSync()),
  () =>
    tf
      .grad((x) =>
        tf
          .neg(
            tf
              .logSoftmax(tf.matMul(x, x))
              .mul(tf.oneHot(tf.tensor1d([0, 1, 2, 3], "int32"), 4))
              .sum(-1),
          )
          .mean(),
      )(square())
      .dataSync(),
  () => square().arraySync(),
];

/**
 * Between two steps whoever asks is answered.
 * @returns ends it
 */
export function rehearse(): () => void {
  const rest = [...STEPS];
  let next = setImmediate(step);
  function step(): void {
    const now = rest.shift();
    if (!now) return;
    tf.tidy(() => void now());
    next = setImmediate(step);
  }
  return () => clearImmediate(next);
}
