// You begin anew whatever onStart gives: an interrupted training would lose all that it had reached. Await onStart and count on from there.
import * as tf from "@tensorflow/tfjs";
import { schedule, trainingWindows } from "./data.ts";
import { GPT } from "./gpt.ts";
import type { BatchLoss, GPTConfig, Measurement, Model, PowerLaw, TextOptions, TrainingOptions } from "./surface.ts";

/** 4 d^2 of attention and 8 d^2 of feed-forward in each block. */
export function blockParameters({ layers, width }: GPTConfig): number {
  return 12 * layers * width ** 2;
}

export async function train(config: GPTConfig, text: TextOptions, { steps, learningRate, seed, onStep }: TrainingOptions): Promise<Model> {
  const model = new GPT(config, seed);
  const optimizer = tf.train.adam(learningRate);
  for (let step = 1; step <= steps; step++) {
    schedule(optimizer, step, steps, learningRate);
    const windows = trainingWindows(config, text, step); // [batch, context + 1]
    const loss = optimizer.minimize(() => model.loss(windows), true) as tf.Scalar;
    await onStep?.(step, (await loss.data())[0] as number, { model, optimizer });
    tf.dispose([windows, loss]);
  }
  return model;
}

/** A batch counts as often as it has tokens. */
export function meanLoss(batches: readonly BatchLoss[]): number {
  const tokens = sum(batches.map((batch) => batch.tokens));
  return sum(batches.map((batch) => batch.loss * batch.tokens)) / tokens;
}

/** On logarithmic axes the reducible loss is a straight line: ln (L - floor) = alpha ln N_c - alpha ln N. */
export function fitPowerLaw(measurements: readonly Measurement[], floor: number): PowerLaw {
  const x = measurements.map(({ parameters }) => Math.log(parameters));
  const y = measurements.map(({ loss }) => Math.log(loss - floor));
  const [meanX, meanY] = [mean(x), mean(y)];
  const slope = sum(x.map((xi, i) => (xi - meanX) * ((y[i] as number) - meanY))) / sum(x.map((xi) => (xi - meanX) ** 2));
  const intercept = meanY - slope * meanX; // alpha ln N_c
  return { exponent: -slope, scale: Math.exp(intercept / -slope) };
}

export function predictLoss({ exponent, scale }: PowerLaw, floor: number, parameters: number): number {
  return floor + (scale / parameters) ** exponent;
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;
