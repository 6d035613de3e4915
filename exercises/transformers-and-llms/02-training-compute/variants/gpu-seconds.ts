// GPU-seconds first; the other units follow, and utilisation is the time that it takes at best by the time that it takes.
import type { Cluster, Gpu, Throughput, TrainingFlops, TrainingRun } from "./surface.ts";

export function trainingFlops(run: TrainingRun): TrainingFlops {
  const total = 6 * run.parameters * run.tokens;
  return { total, forward: total / 3, backward: (2 * total) / 3 };
}

function gpuSeconds(flops: number, gpu: Gpu): number {
  const atBest = flops / gpu.peak;
  return atBest / gpu.utilisation;
}

export function gpuHours(flops: number, gpu: Gpu): number {
  return gpuSeconds(flops, gpu) / 3600;
}

export function trainingDays(flops: number, cluster: Cluster): number {
  const seconds = gpuSeconds(flops, cluster) / cluster.gpus;
  return seconds / 86_400;
}

export function utilisation(parameters: number, { tokensPerSecond, gpus, peak }: Throughput): number {
  const { total } = trainingFlops({ parameters, tokens: 1 });
  const secondsAtBest = gpuSeconds(total, { peak, utilisation: 1 }) / gpus; // for one token
  return secondsAtBest * tokensPerSecond;
}
