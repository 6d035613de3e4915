/** Rotary position embedding: Su et al., "RoFormer" (2021). Queries and keys are turned, pair by pair, by an angle that grows with the position. */
import * as tf from "@tensorflow/tfjs";
import { trace } from "practicum";

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
    const angles = trace.tensor("angles", ropeAngles(positions, dim, base)); // [time, dim / 2], the same for every sequence and head
    const pairs = x.reshape([batch, heads, time, dim / 2, 2]); // [batch, heads, time, pair, 2]
    const [a, b] = tf.unstack(pairs, 4) as [tf.Tensor4D, tf.Tensor4D]; // [batch, heads, time, pair] each
    const [cos, sin] = [angles.cos(), angles.sin()]; // [time, pair]
    const turned = tf.stack([a.mul(cos).sub(b.mul(sin)), a.mul(sin).add(b.mul(cos))], 4); // a point of the plane, turned
    return turned.reshape([batch, heads, time, dim]);
  });
}

export function attentionScores(q: tf.Tensor4D, k: tf.Tensor4D, queryPositions: tf.Tensor1D, keyPositions: tf.Tensor1D, base: number): tf.Tensor4D {
  return tf.tidy(() => {
    const queries = trace.tensor("queries", applyRope(q, queryPositions, base)); // [batch, heads, queries, dim]
    const keys = trace.tensor("keys", applyRope(k, keyPositions, base)); // [batch, heads, keys, dim]
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
