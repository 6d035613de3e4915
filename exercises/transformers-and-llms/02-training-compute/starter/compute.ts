import { notWrittenYet } from "practicum";
import type { Cluster, Gpu, Throughput, TrainingFlops, TrainingRun } from "./surface.ts";

/**
 * What a training run computes, C = 6 N D.
 * @returns FLOPs of the forward and the backward pass over all tokens, and their sum
 */
export function trainingFlops(run: TrainingRun): TrainingFlops {
  // TODO: the forward pass, the backward pass, and both together
  return notWrittenYet();
}

/**
 * How long one GPU would work.
 * @param flops FLOPs of the whole run
 * @param gpu its peak in FLOP/s, and the share of it that the run achieves
 * @returns hours
 */
export function gpuHours(flops: number, gpu: Gpu): number {
  // TODO: from FLOPs to hours
  return notWrittenYet();
}

/**
 * How long a cluster works.
 * @param flops FLOPs of the whole run
 * @returns days
 */
export function trainingDays(flops: number, cluster: Cluster): number {
  // TODO: the work is shared evenly
  return notWrittenYet();
}

/**
 * Model FLOPs utilisation of a run whose speed was measured.
 * @param parameters of the model
 * @returns a fraction: 0.4 where 40% of the cluster's peak trains the model
 */
export function utilisation(parameters: number, throughput: Throughput): number {
  // TODO: FLOP/s that train the model, by FLOP/s that were paid for
  return notWrittenYet();
}
