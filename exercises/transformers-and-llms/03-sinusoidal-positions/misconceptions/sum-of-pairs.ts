// You add up the dot products of a distance; their mean is asked for, as there are fewer pairs at larger distances.
import * as tf from "@tensorflow/tfjs";

export function positionalEncoding(length: number, width: number): tf.Tensor2D {
  return tf.tidy(() => {
    const positions = tf.range(0, length).expandDims(1); // [length, 1]
    const exponents = tf.range(0, width, 2).div(width); // [width / 2]
    const angles = positions.div(tf.pow(10000, exponents)); // [length, width / 2]
    return tf.stack([angles.sin(), angles.cos()], 2).reshape([length, width]); // [length, width]
  });
}

export function dotByDistance(encoding: tf.Tensor2D, maxDistance: number): tf.Tensor1D {
  const [length, width] = encoding.shape;
  return tf.tidy(() => {
    const means = Array.from({ length: maxDistance + 1 }, (_, distance) => {
      const pairs = length - distance;
      const earlier = encoding.slice([0, 0], [pairs, width]);
      const later = encoding.slice([distance, 0], [pairs, width]);
      return earlier.mul(later).sum() as tf.Scalar;
    });
    return tf.stack(means) as tf.Tensor1D; // [maxDistance + 1]
  });
}
