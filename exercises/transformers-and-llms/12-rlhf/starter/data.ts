/** Rows of a data set, drawn at random. Given. */
import * as tf from "@tensorflow/tfjs";
import type { random } from "practicum";

/** The same rows of each tensor: int32 [count, ...] of [all, ...] */
export function randomRows(tensors: readonly tf.Tensor2D[], count: number, stream: ReturnType<typeof random>): tf.Tensor2D[] {
  const all = tensors[0]?.shape[0] as number;
  const rows = Array.from({ length: count }, () => stream.integer(0, all - 1));
  return tf.tidy(() => tensors.map((t) => tf.gather(t, tf.tensor1d(rows, "int32"))));
}
