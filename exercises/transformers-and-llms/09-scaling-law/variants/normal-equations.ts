// The fit in base 10, from the normal equations of [1, log N] by Cramer's rule; every block's matrices listed; the step a function of its own.
import * as tf from "@tensorflow/tfjs";
import { schedule, trainingWindows } from "./data.ts";
import { GPT } from "./gpt.ts";
import type { BatchLoss, GPTConfig, Measurement, Model, PowerLaw, TextOptions, TrainingOptions } from "./surface.ts";

export function blockParameters({ layers, width: d }: GPTConfig): number {
  const matrices = [
    [d, 3 * d], // queries, keys, values
    [d, d],
    [d, 4 * d],
    [4 * d, d],
  ];
  return layers * matrices.reduce((total, [rows, columns]) => total + (rows as number) * (columns as number), 0);
}

export async function train(config: GPTConfig, text: TextOptions, options: TrainingOptions): Promise<Model> {
  const state = { model: new GPT(config, options.seed), optimizer: tf.train.adam(options.learningRate) };
  for (let done = (await options.onStart?.(state)) ?? 0; done < options.steps; done++) await oneStep(state, config, text, done + 1, options);
  return state.model;
}

interface State {
  readonly model: Model;
  readonly optimizer: tf.AdamOptimizer;
}

async function oneStep(state: State, config: GPTConfig, text: TextOptions, step: number, options: TrainingOptions): Promise<void> {
  const { model, optimizer } = state;
  schedule(optimizer, step, options.steps, options.learningRate);
  const cost = tf.tidy(() => {
    const windows = trainingWindows(config, text, step);
    return optimizer.minimize(() => model.loss(windows), true) as tf.Scalar;
  });
  const loss = cost.arraySync();
  cost.dispose();
  await options.onStep?.(step, loss, state);
}

export function meanLoss(batches: readonly BatchLoss[]): number {
  const everyToken = batches.reduce((total, { tokens }) => total + tokens, 0);
  return batches.reduce((mean, { loss, tokens }) => mean + loss * (tokens / everyToken), 0);
}

export function fitPowerLaw(measurements: readonly Measurement[], floor: number): PowerLaw {
  const rows = measurements.map(({ parameters, loss }) => ({ x: Math.log10(parameters), y: Math.log10(loss - floor) }));
  const moment = (of: (row: { x: number; y: number }) => number) => rows.reduce((total, row) => total + of(row), 0) / rows.length;
  const [x, y, xx, xy] = [moment((r) => r.x), moment((r) => r.y), moment((r) => r.x * r.x), moment((r) => r.x * r.y)];
  const determinant = xx - x * x;
  const [intercept, slope] = [(y * xx - x * xy) / determinant, (xy - x * y) / determinant];
  return { exponent: -slope, scale: 10 ** (-intercept / slope) };
}

export function predictLoss({ exponent, scale }: PowerLaw, floor: number, parameters: number): number {
  return scale ** exponent / parameters ** exponent + floor;
}
