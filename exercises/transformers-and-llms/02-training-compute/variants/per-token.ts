// Thinks in FLOPs per token and in FLOP/s of the whole cluster.
import type { Cluster, Gpu, Throughput, TrainingFlops, TrainingRun } from "./surface.ts";

const PER_TOKEN = { forward: 2, backward: 4, total: 6 }; // FLOPs for each parameter
const HOUR = 60 * 60;
const DAY = 24 * HOUR;

export const trainingFlops = ({ parameters: N, tokens: D }: TrainingRun): TrainingFlops => ({
  forward: D * (PER_TOKEN.forward * N),
  backward: D * (PER_TOKEN.backward * N),
  total: D * (PER_TOKEN.total * N),
});

export const gpuHours = (flops: number, gpu: Gpu): number => flops / (speed({ ...gpu, gpus: 1 }) * HOUR);

export const trainingDays = (flops: number, cluster: Cluster): number => flops / (speed(cluster) * DAY);

export const utilisation = (parameters: number, { tokensPerSecond, ...cluster }: Throughput): number =>
  (tokensPerSecond * PER_TOKEN.total * parameters) / speed({ ...cluster, utilisation: 1 });

/** FLOP/s */
const speed = ({ gpus, peak, utilisation: share }: Cluster): number => gpus * peak * share;
