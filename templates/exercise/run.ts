import * as tf from "@tensorflow/tfjs";
import { progress, trace } from "practicum";
import type { Surface } from "./surface.ts";

/** How sure softmax is of the largest of five scores, as all of them grow. */
export default async function run({ softmax }: Surface): Promise<void> {
  trace.plot({ title: "Probability of the largest score", series: ["probability"], x: { label: "factor" } });
  const scores = tf.tensor2d([[1, 2, 3, 4, 5]]); // [1, 5]
  for (let factor = 0; factor <= 20; factor++) {
    const [probability = Number.NaN] = await softmax(scores.mul(factor / 5) as tf.Tensor2D)
      .max()
      .data();
    trace.log({ probability }, factor / 5);
    progress(factor, 20);
  }
}
