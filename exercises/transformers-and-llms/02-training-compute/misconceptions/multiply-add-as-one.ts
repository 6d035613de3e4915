// You count a multiplication and its addition as one FLOP; they are two, so a weight costs 2 FLOPs for each token.
import type { Cluster, Gpu, Throughput, TrainingFlops, TrainingRun } from "./surface.ts";

const SECONDS_PER_HOUR = 3600;
const HOURS_PER_DAY = 24;

export function trainingFlops({ parameters, tokens }: TrainingRun): TrainingFlops {
  const forward = parameters * tokens;
  const backward = 2 * forward; // the same work for the gradient of the activations, and again for that of the weights
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
