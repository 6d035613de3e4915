import * as tf from "@tensorflow/tfjs";
import { notWrittenYet } from "practicum";
import { schedule, trainingWindows } from "./data.ts";
import { GPT } from "./gpt.ts";
import type { BatchLoss, GPTConfig, Measurement, Model, PowerLaw, TextOptions, TrainingOptions } from "./surface.ts";

/**
 * The N of scaling laws: weights of the matrices in the blocks, without embeddings, biases and norms.
 * @returns parameters
 */
export function blockParameters(config: GPTConfig): number {
  // TODO
  return notWrittenYet();
}

/**
 * Trains a GPT with Adam (`tf.train.adam`), on new text in every step.
 * @returns the trained model
 */
export async function train(config: GPTConfig, text: TextOptions, options: TrainingOptions): Promise<Model> {
  // TODO: a GPT and an optimizer, await onStart; in every step `schedule`, `trainingWindows`, one step of the optimizer, and await onStep
  return notWrittenYet();
}

/**
 * The loss of a held-out text that was read in batches.
 * @returns nats per token
 */
export function meanLoss(batches: readonly BatchLoss[]): number {
  // TODO
  return notWrittenYet();
}

/**
 * Fits L(N) = floor + (scale / N)^exponent: a straight line on logarithmic axes, by least squares.
 * @param floor nats per token that no model can go below
 */
export function fitPowerLaw(measurements: readonly Measurement[], floor: number): PowerLaw {
  // TODO
  return notWrittenYet();
}

/**
 * What the law expects of a model of another size.
 * @returns nats per token
 */
export function predictLoss(law: PowerLaw, floor: number, parameters: number): number {
  // TODO
  return notWrittenYet();
}
