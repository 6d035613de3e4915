// Your backward pass costs as much as the forward pass; it computes two gradients, that of the activations and that of the weights, so it costs twice as much.
import type { Cluster, Gpu, Throughput, TrainingFlops, TrainingRun } from "./surface.ts";

const SECONDS_PER_HOUR = 3600;
const HOURS_PER_DAY = 24;

export function trainingFlops({ parameters, tokens }: TrainingRun): TrainingFlops {
  const forward = 2 * parameters * tokens; // each weight multiplies one number of each token, and the product is added to a sum
  const backward = forward;
  return { forward, backward, total: forward + backward };
}

export function gpuHours(flops: number, { peak, utilisation }: Gpu): number {
  const seconds = flops / (peak * utilisation);
  return seconds / SECONDS_PER_HOUR;
}

export function trainingDays(flops: number, { gpus, peak, utilisation }: Cluster): number {
  return gpuHours(flops, { peak, utilisation }) / gpus / HOURS_PER_DAY;
}

export function utilisation(parameters: number, { tokensPerSecond, gpus, peak }: Throughput): number {
  const achieved = trainingFlops({ parameters, tokens: tokensPerSecond }).total; // of one second: FLOP/s
  return achieved / (gpus * peak);
}
