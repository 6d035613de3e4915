// A cosine is a sine a quarter turn ahead, and all dot products stand in one matrix: distance k is its k-th diagonal.
import * as tf from "@tensorflow/tfjs";

export const positionalEncoding = (length: number, width: number): tf.Tensor2D => {
  const columns = tf.range(0, width);
  const odd = columns.mod(2); // [width]
  const frequencies = columns
    .sub(odd)
    .mul(-Math.log(10000) / width)
    .exp(); // [width]
  const angles = tf.outerProduct(tf.range(0, length), frequencies as tf.Tensor1D); // [length, width]
  return angles.add<tf.Tensor2D>(odd.mul(Math.PI / 2)).sin();
};

export const dotByDistance = (encoding: tf.Tensor2D, maxDistance: number): tf.Tensor1D => {
  const length = encoding.shape[0];
  const gram = tf.matMul(encoding, encoding, false, true).dataSync(); // [length, length]
  return tf.tensor1d(
    Array.from({ length: maxDistance + 1 }, (_, distance) => {
      const diagonal = Array.from({ length: length - distance }, (_, t) => gram[t * length + t + distance] as number);
      return diagonal.reduce((sum, product) => sum + product, 0) / diagonal.length;
    }),
  );
};
