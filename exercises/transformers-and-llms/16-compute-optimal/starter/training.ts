/** The training of the exercise before: Adam, new text in every step. Given. */
import * as tf from "@tensorflow/tfjs";
import { schedule, trainingWindows } from "./data.ts";
import { GPT } from "./gpt.ts";
import type { GPTConfig, Model, TextOptions, TrainingHooks } from "./surface.ts";

export interface TrainingOptions extends TrainingHooks {
  readonly steps: number;
  /** Decides the weights that training starts from. */
  readonly seed: number;
}

/** Each step reads `text.batch * config.context` tokens. */
export async function trainModel(config: GPTConfig, text: TextOptions, { steps, seed, onStart, onStep }: TrainingOptions): Promise<Model> {
  const highest = 0.04 / Math.sqrt(config.width); // wider models want smaller steps
  const model = new GPT(config, seed);
  const optimizer = tf.train.adam(highest);
  const done = (await onStart?.({ model, optimizer })) ?? 0;
  for (let step = done + 1; step <= steps; step++) {
    schedule(optimizer, step, steps, highest);
    const windows = trainingWindows(config, text, step); // [batch, context + 1]
    const loss = optimizer.minimize(() => model.loss(windows), true) as tf.Scalar;
    await onStep?.(step, (await loss.data())[0] as number, { model, optimizer });
    tf.dispose([windows, loss]);
  }
  return model;
}
