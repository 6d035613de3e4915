// Sums in one loop, the textbook's formula with n, Σx, Σy, Σxy and Σx²; gradients asked for and applied by hand.
import * as tf from "@tensorflow/tfjs";
import { schedule, trainingWindows } from "./data.ts";
import { GPT } from "./gpt.ts";
import type { BatchLoss, GPTConfig, Measurement, Model, PowerLaw, TextOptions, TrainingOptions } from "./surface.ts";

export const blockParameters = (config: GPTConfig): number => {
  const attention = 4 * config.width * config.width;
  const feedForward = 2 * config.width * (4 * config.width);
  return config.layers * (attention + feedForward);
};

export const train = async (config: GPTConfig, text: TextOptions, options: TrainingOptions): Promise<Model> => {
  const model = new GPT(config, options.seed);
  const adam = tf.train.adam(1e-3);
  let step = options.onStart ? await options.onStart({ model, optimizer: adam }) : 0;
  while (step < options.steps) {
    step++;
    schedule(adam, step, options.steps, options.learningRate);
    const windows = trainingWindows(config, text, step);
    const { value, grads } = tf.variableGrads(() => model.loss(windows));
    adam.applyGradients(Object.entries(grads).map(([name, tensor]) => ({ name, tensor })));
    if (options.onStep) await options.onStep(step, (await value.data())[0] as number, { model, optimizer: adam });
    tf.dispose([windows, value, grads]);
  }
  return model;
};

export const meanLoss = (batches: readonly BatchLoss[]): number => {
  let [mean, seen] = [0, 0];
  for (const { loss, tokens } of batches) {
    seen += tokens;
    mean += (loss - mean) * (tokens / seen);
  }
  return mean;
};

export const fitPowerLaw = (measurements: readonly Measurement[], floor: number): PowerLaw => {
  const n = measurements.length;
  let [sumX, sumY, sumXY, sumXX] = [0, 0, 0, 0];
  for (const { parameters, loss } of measurements) {
    const [x, y] = [Math.log(parameters), Math.log(loss - floor)];
    sumX += x;
    sumY += y;
    sumXY += x * y;
    sumXX += x * x;
  }
  const exponent = (sumX * sumY - n * sumXY) / (n * sumXX - sumX * sumX);
  return { exponent, scale: Math.exp((sumY / n + (exponent * sumX) / n) / exponent) };
};

export const predictLoss = (law: PowerLaw, floor: number, parameters: number): number =>
  floor + Math.exp(law.exponent * (Math.log(law.scale) - Math.log(parameters)));
