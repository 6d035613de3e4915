// Literally as in the paper: a block-diagonal matrix for every position, and each vector multiplied by it.
import * as tf from "@tensorflow/tfjs";

export function ropeAngles(positions: tf.Tensor1D, dim: number, base: number): tf.Tensor2D {
  const rows = Array.from(positions.dataSync(), (position) => Array.from({ length: dim / 2 }, (_, i) => position / base ** ((2 * i) / dim)));
  return tf.tensor2d(rows, [positions.size, dim / 2]);
}

export function applyRope(x: tf.Tensor4D, positions: tf.Tensor1D, base: number): tf.Tensor4D {
  const [batch, heads, time, dim] = x.shape;
  const angles = ropeAngles(positions, dim, base).arraySync();
  const matrices = tf.tensor3d(angles.map((row) => rotation(row, dim))); // [time, dim, dim]
  const columns = x.transpose([2, 3, 0, 1]).reshape<tf.Tensor3D>([time, dim, batch * heads]);
  return tf.matMul(matrices, columns).reshape([time, dim, batch, heads]).transpose([2, 3, 0, 1]);
}

function rotation(angles: readonly number[], dim: number): number[][] {
  const matrix = Array.from({ length: dim }, () => new Array<number>(dim).fill(0));
  for (const [i, angle] of angles.entries()) {
    const [top, bottom] = [matrix[2 * i] as number[], matrix[2 * i + 1] as number[]];
    top[2 * i] = Math.cos(angle);
    top[2 * i + 1] = -Math.sin(angle);
    bottom[2 * i] = Math.sin(angle);
    bottom[2 * i + 1] = Math.cos(angle);
  }
  return matrix;
}

export function attentionScores(q: tf.Tensor4D, k: tf.Tensor4D, queryPositions: tf.Tensor1D, keyPositions: tf.Tensor1D, base: number): tf.Tensor4D {
  const product = tf.matMul(applyRope(q, queryPositions, base), applyRope(k, keyPositions, base), false, true);
  return product.mul(1 / Math.sqrt(q.shape[3] as number));
}

export function dotProductMap(q: tf.Tensor1D, k: tf.Tensor1D, length: number, base: number): tf.Tensor2D {
  const positions = tf.range(0, length, 1, "int32");
  const dim = q.size;
  const copies = (x: tf.Tensor1D): tf.Tensor4D => tf.broadcastTo(x.reshape([1, 1, 1, dim]), [1, 1, length, dim]);
  return attentionScores(copies(q), copies(k), positions, positions, base).mul(Math.sqrt(dim)).squeeze([0, 1]);
}
