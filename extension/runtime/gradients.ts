/** Gradients that tfjs (4.22) gets wrong, or lacks where learners need them. They are the same on every backend. */
import "./tape.ts";
import * as tf from "@tensorflow/tfjs-core";

type Saved = readonly tf.Tensor[];
type Gradient = (dy: tf.Tensor, a: tf.Tensor, b: tf.Tensor) => tf.Tensor;

/** Sums what broadcasting has repeated. */
function reduced(gradient: tf.Tensor, { shape }: tf.Tensor): tf.Tensor {
  if (tf.util.arraysEqual(gradient.shape, shape)) return gradient;
  return tf.sum(gradient, tf.broadcast_util.getReductionAxes(shape, gradient.shape)).reshape(shape);
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
const MASKS = { binary: ["Greater", "GreaterEqual", "Less", "LessEqual", "Equal", "NotEqual", "LogicalAnd", "LogicalOr"], unary: ["LogicalNot"] };
const flat = (x: tf.Tensor) => () => tf.zeros(x.shape);
for (const kernelName of MASKS.binary) {
  const gradFunc = (_: unknown, [a, b]: [tf.Tensor, tf.Tensor]) => ({ a: flat(a), b: flat(b) });
  tf.registerGradient({ kernelName, inputsToSave: ["a", "b"], gradFunc: gradFunc as never });
}
for (const kernelName of MASKS.unary) tf.registerGradient({ kernelName, gradFunc: (dy) => ({ x: flat(dy as tf.Tensor) }) });

/** As published, that of a copy: also where values become whole numbers, which leaves no slope. */
const ofCast = tf.getGradient("Cast");
tf.unregisterGradient("Cast");
tf.registerGradient({
  ...ofCast,
  gradFunc: (dy, saved, attrs) => (attrs.dtype === "float32" ? ofCast.gradFunc(dy, saved, attrs) : { x: flat(dy as tf.Tensor) }),
});

/** As published, for more than one part: of one, tfjs gives its gradient alone instead of a list. */
for (const kernelName of ["Unpack", "SplitV"]) {
  const published = tf.getGradient(kernelName);
  tf.unregisterGradient(kernelName);
  tf.registerGradient({ ...published, gradFunc: (dys, saved, attrs) => published.gradFunc([dys].flat(), saved, attrs) });
}

/** As published, a kernel that has no gradient of its own. 1 above 0, else e^x, which is the result plus 1. */
tf.unregisterGradient("Elu");
tf.registerGradient({
  kernelName: "Elu",
  outputsToSave: [true],
  gradFunc: (dy, saved) => ({ x: () => tf.mul(dy as tf.Tensor, tf.minimum((saved as [tf.Tensor])[0], 0).add(1)) }),
});

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

/** As published, for each row of a batch by itself, which takes thousands of operations where labels are looked up. */
const ofGather = tf.getGradient("GatherV2");
tf.unregisterGradient("GatherV2");
tf.registerGradient({
  ...ofGather,
  gradFunc: (dy, saved, attrs) => {
    const [x, indices] = saved as [tf.Tensor, tf.Tensor];
    const { axis, batchDims } = attrs as unknown as { axis: number; batchDims: number };
    if (batchDims === 0 || tf.util.parseAxisParam(axis, x.shape)[0] !== batchDims) return ofGather.gradFunc(dy, saved, attrs);
    return { x: () => gatheredBack(dy as tf.Tensor, x, indices, batchDims), indices: () => indices };
  },
});

/** dy [batch..., picked..., inner...] -> [batch..., n, inner...]: all rows of the batch are one list, in which each begins after the n of the one before. */
function gatheredBack(dy: tf.Tensor, { shape }: tf.Tensor, indices: tf.Tensor, batchDims: number): tf.Tensor {
  const batch = tf.util.sizeFromShape(shape.slice(0, batchDims));
  const n = shape[batchDims] as number;
  const inner = tf.util.sizeFromShape(shape.slice(batchDims + 1));
  const places = indices.reshape([batch, -1]).add(tf.range(0, batch, 1, "int32").mul(tf.scalar(n, "int32")).reshape([batch, 1])); // [batch, picked]
  return tf.unsortedSegmentSum(dy.reshape([places.size, inner]), places.flatten(), batch * n).reshape(shape);
}
