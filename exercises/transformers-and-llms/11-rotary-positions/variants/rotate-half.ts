// As in many model libraries: x * cos + turned(x) * sin, where each angle stands twice and `turned` is x by a quarter turn.
import * as tf from "@tensorflow/tfjs";

export const ropeAngles = (positions: tf.Tensor1D, dim: number, base: number): tf.Tensor2D => {
  const frequencies = tf.range(0, dim / 2).mul((-2 * Math.log(base)) / dim);
  return tf.outerProduct(positions.toFloat(), frequencies.exp() as tf.Tensor1D);
};

export const applyRope = (x: tf.Tensor4D, positions: tf.Tensor1D, base: number): tf.Tensor4D => {
  const [, , time, dim] = x.shape;
  const twice = tf.tile(ropeAngles(positions, dim, base).expandDims(2), [1, 1, 2]).reshape([time, dim]); // [time, dim]
  return x.mul(tf.cos(twice)).add<tf.Tensor4D>(quarterTurn(x).mul(tf.sin(twice)));
};

/** (a, b) -> (-b, a) in every pair: neighbours change places, and the first of them its sign. */
function quarterTurn(x: tf.Tensor4D): tf.Tensor4D {
  const dim = x.shape[3];
  const neighbours = Array.from({ length: dim }, (_, i) => (i % 2 === 0 ? i + 1 : i - 1));
  const signs = neighbours.map((_, i) => (i % 2 === 0 ? -1 : 1));
  return x.gather(tf.tensor1d(neighbours, "int32"), 3).mul(tf.tensor1d(signs));
}

export const attentionScores = (q: tf.Tensor4D, k: tf.Tensor4D, queryPositions: tf.Tensor1D, keyPositions: tf.Tensor1D, base: number): tf.Tensor4D => {
  const scaled = applyRope(q, queryPositions, base).mul<tf.Tensor4D>(q.shape[3] ** -0.5);
  return tf.matMul(scaled, applyRope(k, keyPositions, base).transpose<tf.Tensor4D>([0, 1, 3, 2]));
};

/** Only the difference of the positions counts, so there are 2 * length - 1 different numbers: the key stays at 0, the query moves. */
export const dotProductMap = (q: tf.Tensor1D, k: tf.Tensor1D, length: number, base: number): tf.Tensor2D => {
  const dim = q.size;
  const distances = tf.range(1 - length, length, 1, "int32");
  const moved = applyRope(tf.tile(q.reshape<tf.Tensor4D>([1, 1, 1, dim]), [1, 1, 2 * length - 1, 1]), distances, base);
  const dots = tf.matMul(moved.reshape<tf.Tensor2D>([-1, dim]), k.reshape<tf.Tensor2D>([dim, 1])).flatten();
  const places = Array.from({ length: length * length }, (_, i) => Math.floor(i / length) - (i % length) + length - 1);
  return dots.gather(tf.tensor1d(places, "int32")).reshape([length, length]);
};
