// You look angles up in a table that begins at position 0: positions may be any whole numbers, negative ones too. Compute the angles of those that are asked for.
import * as tf from "@tensorflow/tfjs";

export function ropeAngles(positions: tf.Tensor1D, dim: number, base: number): tf.Tensor2D {
  return tf.tidy(() => {
    const exponents = tf.range(0, dim, 2).div(-dim); // [dim / 2], -2i / dim
    const frequencies = tf.pow(base, exponents); // [dim / 2], radians per position
    return positions.toFloat().expandDims(1).mul(frequencies); // [time, dim / 2]
  });
}

export function applyRope(x: tf.Tensor4D, positions: tf.Tensor1D, base: number): tf.Tensor4D {
  return tf.tidy(() => {
    const [batch, heads, time, dim] = x.shape;
    const table = ropeAngles(tf.range(0, 10_000, 1, "int32"), dim, base); // [10000, dim / 2]
    const angles = tf.where(positions.less(0).expandDims(1), 0, tf.gather(table, positions.maximum(0)));
    const pairs = x.reshape([batch, heads, time, dim / 2, 2]); // [batch, heads, time, pair, 2]
    const [a, b] = tf.unstack(pairs, 4) as [tf.Tensor4D, tf.Tensor4D]; // [batch, heads, time, pair] each
    const [cos, sin] = [angles.cos(), angles.sin()]; // [time, pair]
    const turned = tf.stack([a.mul(cos).sub(b.mul(sin)), a.mul(sin).add(b.mul(cos))], 4); // a point of the plane, turned
    return turned.reshape([batch, heads, time, dim]);
  });
}

export function attentionScores(q: tf.Tensor4D, k: tf.Tensor4D, queryPositions: tf.Tensor1D, keyPositions: tf.Tensor1D, base: number): tf.Tensor4D {
  return tf.tidy(() => {
    const queries = applyRope(q, queryPositions, base); // [batch, heads, queries, dim]
    const keys = applyRope(k, keyPositions, base); // [batch, heads, keys, dim]
    return tf.matMul(queries, keys, false, true).div(Math.sqrt(q.shape[3])); // [batch, heads, queries, keys]
  });
}

export function dotProductMap(q: tf.Tensor1D, k: tf.Tensor1D, length: number, base: number): tf.Tensor2D {
  return tf.tidy(() => {
    const positions = tf.range(0, length, 1, "int32");
    const everywhere = (x: tf.Tensor1D) => applyRope(tf.tile(x.reshape([1, 1, 1, x.size]), [1, 1, length, 1]) as tf.Tensor4D, positions, base); // [1, 1, length, dim]
    return tf.matMul(everywhere(q), everywhere(k), false, true).reshape([length, length]);
  });
}
