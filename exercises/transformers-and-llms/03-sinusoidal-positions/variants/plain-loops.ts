// Numbers first, in double precision; a tensor at the end.
import * as tf from "@tensorflow/tfjs";

export function positionalEncoding(length: number, width: number): tf.Tensor2D {
  const values = new Float32Array(length * width);
  for (let position = 0; position < length; position++) {
    for (let column = 0; column < width; column += 2) {
      const angle = position / 10000 ** (column / width);
      values[position * width + column] = Math.sin(angle);
      values[position * width + column + 1] = Math.cos(angle);
    }
  }
  return tf.tensor2d(values, [length, width]);
}

export function dotByDistance(encoding: tf.Tensor2D, maxDistance: number): tf.Tensor1D {
  const rows = encoding.arraySync();
  const means: number[] = [];
  for (let distance = 0; distance <= maxDistance; distance++) {
    let sum = 0;
    for (let t = 0; t + distance < rows.length; t++) {
      sum += dot(rows[t] as number[], rows[t + distance] as number[]);
    }
    means.push(sum / (rows.length - distance));
  }
  return tf.tensor1d(means);
}

function dot(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
