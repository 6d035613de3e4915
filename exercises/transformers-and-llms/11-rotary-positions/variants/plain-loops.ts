// Numbers in double precision, a complex number for each pair; tensors at the beginning and at the end.
import * as tf from "@tensorflow/tfjs";

const angle = (position: number, pair: number, dim: number, base: number): number => position * base ** ((-2 * pair) / dim);

export function ropeAngles(positions: tf.Tensor1D, dim: number, base: number): tf.Tensor2D {
  const values = positions.arraySync().map((position) => Array.from({ length: dim / 2 }, (_, pair) => angle(position, pair, dim, base)));
  return tf.tensor2d(values, [positions.size, dim / 2]);
}

export function applyRope(x: tf.Tensor4D, positions: tf.Tensor1D, base: number): tf.Tensor4D {
  const [, , time, dim] = x.shape;
  const places = positions.dataSync();
  const values = Float32Array.from(x.dataSync());
  for (let row = 0; row < values.length / dim; row++) turn(values.subarray(row * dim, (row + 1) * dim), places[row % time] as number, base);
  return tf.tensor4d(values, x.shape);
}

/** (a + ib) * (cos + i sin), in place. */
function turn(row: Float32Array, position: number, base: number): void {
  for (let pair = 0; pair < row.length / 2; pair++) {
    const [a, b] = [row[2 * pair] as number, row[2 * pair + 1] as number];
    const radians = angle(position, pair, row.length, base);
    row[2 * pair] = a * Math.cos(radians) - b * Math.sin(radians);
    row[2 * pair + 1] = a * Math.sin(radians) + b * Math.cos(radians);
  }
}

export function attentionScores(q: tf.Tensor4D, k: tf.Tensor4D, queryPositions: tf.Tensor1D, keyPositions: tf.Tensor1D, base: number): tf.Tensor4D {
  const [batch, heads, queries, dim] = q.shape;
  const keys = keyPositions.size;
  const [turnedQueries, turnedKeys] = [applyRope(q, queryPositions, base).dataSync(), applyRope(k, keyPositions, base).dataSync()];
  const scores = new Float32Array(batch * heads * queries * keys);
  for (let at = 0; at < scores.length; at++) {
    const query = Math.floor(at / keys); // row of all queries, counted over batch and heads
    const key = Math.floor(query / queries) * keys + (at % keys);
    scores[at] = dot(turnedQueries.subarray(query * dim, (query + 1) * dim), turnedKeys.subarray(key * dim, (key + 1) * dim)) / Math.sqrt(dim);
  }
  return tf.tensor4d(scores, [batch, heads, queries, keys]);
}

export function dotProductMap(q: tf.Tensor1D, k: tf.Tensor1D, length: number, base: number): tf.Tensor2D {
  const at = (x: tf.Tensor1D, position: number): Float32Array => {
    const row = Float32Array.from(x.dataSync());
    turn(row, position, base);
    return row;
  };
  const positions = Array.from({ length }, (_, position) => position);
  const keys = positions.map((n) => at(k, n));
  return tf.tensor2d(positions.map((m) => keys.map((key) => dot(at(q, m), key))));
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
