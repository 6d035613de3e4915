/** A training run, as far as its compute goes. */
export interface TrainingRun {
  /** Parameters of the model, N. */
  readonly parameters: number;
  /** Tokens that it is trained on, D. */
  readonly tokens: number;
}

/** Floating-point operations; a multiplication and an addition are two. */
export interface TrainingFlops {
  readonly forward: number;
  readonly backward: number;
  /** The whole run: the sum of the two. */
  readonly total: number;
}

export interface Gpu {
  /** What its data sheet promises, in FLOP/s: 312e12 for an A100 in bfloat16. */
  readonly peak: number;
  /** Share of the peak that the run achieves, in (0, 1]. */
  readonly utilisation: number;
}

export interface Cluster extends Gpu {
  /** How many of them work at the same time. */
  readonly gpus: number;
}

/** What somebody else's log file tells of a run. */
export interface Throughput {
  /** Tokens per second, of all GPUs together. */
  readonly tokensPerSecond: number;
  readonly gpus: number;
  /** Of one GPU, in FLOP/s. */
  readonly peak: number;
}

export interface Surface {
  /** 2 N D forward, twice as much backward: C = 6 N D, in FLOPs. */
  trainingFlops(run: TrainingRun): TrainingFlops;
  /** Hours that one such GPU would work on `flops` FLOPs. */
  gpuHours(flops: number, gpu: Gpu): number;
  /** Days from start to end where the work is shared evenly. */
  trainingDays(flops: number, cluster: Cluster): number;
  /** Share of the cluster's peak that trains the model of `parameters` parameters, as a fraction of 1. */
  utilisation(parameters: number, throughput: Throughput): number;
}
