/** Gradients that tfjs (4.22) gets wrong, or lacks where learners need them. They are the same on every backend. */
import * as tf from "@tensorflow/tfjs-core";

type Saved = readonly tf.Tensor[];
type Gradient = (dy: tf.Tensor, a: tf.Tensor, b: tf.Tensor) => tf.Tensor;

/** Sums what broadcasting has repeated. */
function reduced(gradient: tf.Tensor, { shape }: tf.Tensor): tf.Tensor {
  const axes = tf.broadcast_util.getReductionAxes(shape, gradient.shape);
  return (axes.length > 0 ? tf.sum(gradient, axes) : gradient).reshape(shape);
}

/** As published, a gradient of the result's shape, whatever the operand's. */
function binary(kernelName: string, ofA: Gradient, ofB: Gradient): void {
  tf.unregisterGradient(kernelName);
  const gradFunc = (dy: tf.Tensor | tf.Tensor[], saved: Saved) => {
    const [a, b] = saved as [tf.Tensor, tf.Tensor];
    return { a: () => reduced(ofA(dy as tf.Tensor, a, b), a), b: () => reduced(ofB(dy as tf.Tensor, a, b), b) };
  };
  tf.registerGradient({ kernelName, inputsToSave: ["a", "b"], gradFunc: gradFunc as never });
}

binary(
  "Maximum",
  (dy, a, b) => dy.mul(a.greaterEqual(b).toFloat()),
  (dy, a, b) => dy.mul(a.less(b).toFloat()),
);
binary(
  "Minimum",
  (dy, a, b) => dy.mul(a.lessEqual(b).toFloat()),
  (dy, a, b) => dy.mul(a.greater(b).toFloat()),
);
binary(
  "SquaredDifference",
  (dy, a, b) => dy.mul(a.sub(b)).mul(2),
  (dy, a, b) => dy.mul(b.sub(a)).mul(2),
);

/** A mask that is made from the values that are learned: it has no slope, where tfjs throws. */
for (const kernelName of ["Greater", "GreaterEqual", "Less", "LessEqual", "Equal", "NotEqual"]) {
  const gradFunc = (_: unknown, [a, b]: Saved) => ({ a: () => tf.zeros((a as tf.Tensor).shape), b: () => tf.zeros((b as tf.Tensor).shape) });
  tf.registerGradient({ kernelName, inputsToSave: ["a", "b"], gradFunc: gradFunc as never });
}

/** As published, of the larger shape where batches are spread over each other, which tfjs then refuses. */
const ofProduct = tf.getGradient("BatchMatMul");
tf.unregisterGradient("BatchMatMul");
tf.registerGradient({
  ...ofProduct,
  gradFunc: (dy, saved, attrs) => {
    const published = ofProduct.gradFunc(dy, saved, attrs);
    const [a, b] = saved as [tf.Tensor, tf.Tensor];
    return { a: () => reduced(published.a?.() as tf.Tensor, a), b: () => reduced(published.b?.() as tf.Tensor, b) };
  },
});

/** As published, transposed once too often: silently wrong for a square over its first axis. */
tf.unregisterGradient("Cumsum");
tf.registerGradient({
  kernelName: "Cumsum",
  gradFunc: (dy, _, attrs) => {
    const { axis, exclusive, reverse } = attrs as unknown as { axis: number; exclusive: boolean; reverse: boolean };
    return { x: () => tf.cumsum(dy as tf.Tensor, axis, exclusive, !reverse) };
  },
});

/**
 * As published, made of the result that is kept, which a gradient of that gradient takes for a constant: it throws, or is silently wrong (softmax). Within
 * two gradients the input is kept too, and the result computed anew from it while the inner one is recorded.
 */
const OF_RESULT: Readonly<Record<string, (x: tf.Tensor) => tf.Tensor>> = { Exp: tf.exp, Tanh: tf.tanh, Sigmoid: tf.sigmoid, Softmax: tf.softmax };
const engine = tf.engine() as unknown as { isTapeOn(): boolean; state: { gradientDepth: number } };
for (const [kernelName, compute] of Object.entries(OF_RESULT)) {
  const { gradFunc, ...published } = tf.getGradient(kernelName);
  const input = kernelName === "Softmax" ? "logits" : "x";
  tf.unregisterGradient(kernelName);
  tf.registerGradient({
    ...published,
    get inputsToSave() {
      return engine.state.gradientDepth > 1 ? [input] : [];
    },
    gradFunc: (dy, saved, attrs) => {
      const [kept, result = kept] = saved as [tf.Tensor, tf.Tensor?];
      return gradFunc(dy, [engine.isTapeOn() && saved.length > 1 ? compute(kept) : result], attrs);
    },
  });
}

/** As published, of rank 4 at most: repeating the heads of keys and values has five axes. */
tf.unregisterGradient("Tile");
tf.registerGradient({
  kernelName: "Tile",
  inputsToSave: ["x"],
  gradFunc: (dy, saved, attrs) => {
    const [{ shape }] = saved as [tf.Tensor];
    const { reps } = attrs as unknown as { reps: readonly number[] };
    return { x: () => shape.reduce((gradient, length, axis) => untiled(gradient, axis, reps[axis] as number, length), dy as tf.Tensor) };
  },
});

/** [..., repeats * length, ...] -> [..., length, ...], the repeats summed */
function untiled(gradient: tf.Tensor, axis: number, repeats: number, length: number): tf.Tensor {
  if (repeats === 1) return gradient;
  const [before, after] = [gradient.shape.slice(0, axis), gradient.shape.slice(axis + 1)];
  const split = gradient.reshape([tf.util.sizeFromShape(before), repeats, length * tf.util.sizeFromShape(after)]);
  return split.sum(1).reshape([...before, length, ...after]);
}
