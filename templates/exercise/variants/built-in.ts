// The library's own.
import * as tf from "@tensorflow/tfjs";

export const softmax = (scores: tf.Tensor2D): tf.Tensor2D => tf.softmax(scores, 1);
