import { check, type Draw, near, type Remote } from "practicum/check";
import type { Cluster, Surface, TrainingRun } from "./surface.ts";

// Measured over 20 seeds: orders of arithmetic differ by 4e-16 of a number, the nearest misconception by a quarter of it.
const CLOSE = { rtol: 1e-9, atol: 0 };

const SEVEN_BILLION: TrainingRun = { parameters: 7e9, tokens: 1e12 };
/** NVIDIA's data sheet: bfloat16 on tensor cores, without sparsity. */
const A100 = 312e12;

/** Sizes of a research model to those of the largest; no two numbers of a run tell each other. */
const drawRun = (draw: Draw): TrainingRun => ({ parameters: draw.integer(1e8, 5e11), tokens: draw.integer(1e9, 2e13) });

const drawRuns = (draw: Draw): TrainingRun[] => Array.from({ length: 4 }, () => drawRun(draw));

/** More GPUs than 24, so that days are never confused with hours by chance. */
const drawCluster = (draw: Draw): Cluster => ({ gpus: draw.integer(32, 20_000), peak: draw.integer(100, 2000) * 1e12, utilisation: draw.number(0.2, 0.6) });

interface Job {
  readonly flops: number;
  readonly cluster: Cluster;
}

const drawJobs = (draw: Draw): Job[] => Array.from({ length: 4 }, () => ({ flops: draw.number(1e19, 1e26), cluster: drawCluster(draw) }));

const flopsOf = (impl: Remote<Surface>, runs: readonly TrainingRun[]) => Promise.all(runs.map((run) => impl.trainingFlops(run)));

const hours = ({ flops, cluster: { peak, utilisation } }: Job): number => flops / peak / utilisation / 3600;

check<Surface>("a pass forward costs 2 N D, a pass backward twice as much", {
  points: 2,
  when: "save",
  catches: ["forward-only", "backward-like-forward", "multiply-add-as-one"],
  hint: "A weight takes part in one multiplication and one addition for each token. Backward, there are two gradients to compute.",
  ask: async (impl, draw) => (await flopsOf(impl, drawRuns(draw))).map(({ forward, backward }) => ({ forward, backward })),
  expect: near.value((draw) => drawRuns(draw).map(({ parameters: N, tokens: D }) => ({ forward: 2 * N * D, backward: 4 * N * D })), CLOSE),
});

check<Surface>("training costs 6 N D", {
  points: 2,
  when: "save",
  hidden: true,
  catches: ["forward-only", "backward-like-forward", "multiply-add-as-one", "forward-recomputed"],
  hint: "The total is the sum of the two passes.",
  ask: async (impl, draw) => (await flopsOf(impl, drawRuns(draw))).map(({ total }) => total),
  expect: near.value((draw) => drawRuns(draw).map(({ parameters: N, tokens: D }) => 6 * N * D), CLOSE),
});

check<Surface>("GPU-hours of a GPU that reaches its peak", {
  points: 1,
  when: "save",
  catches: ["seconds-for-hours", "minutes-for-hours"],
  hint: "FLOPs by FLOP/s are seconds. How many of them has an hour?",
  ask: (impl, draw) => Promise.all(drawJobs(draw).map(({ flops, cluster: { peak } }) => impl.gpuHours(flops, { peak, utilisation: 1 }))),
  expect: near.value((draw) => drawJobs(draw).map(({ flops, cluster: { peak } }) => flops / peak / 3600), CLOSE),
});

check<Surface>("GPU-hours at a given utilisation", {
  points: 2,
  when: "save",
  hidden: true,
  catches: ["utilisation-ignored", "utilisation-multiplied", "seconds-for-hours", "minutes-for-hours"],
  hint: "At half the speed, it takes twice as long.",
  ask: (impl, draw) => Promise.all(drawJobs(draw).map(({ flops, cluster: { peak, utilisation } }) => impl.gpuHours(flops, { peak, utilisation }))),
  expect: near.value((draw) => drawJobs(draw).map(hours), CLOSE),
});

check<Surface>("7B parameters, 1T tokens, on an A100: 37,393 hours at its peak, 93,483 at 40%", {
  points: 2,
  when: "save",
  catches: ["forward-only", "backward-like-forward", "multiply-add-as-one", "forward-recomputed", "utilisation-ignored", "utilisation-multiplied"],
  hint: "6 times 7e9 times 1e12 are 4.2e22 FLOPs. An A100 promises 312e12 of them in a second.",
  ask: async (impl) => {
    const { total } = await impl.trainingFlops(SEVEN_BILLION);
    return Promise.all([1, 0.4].map((utilisation) => impl.gpuHours(total, { peak: A100, utilisation })));
  },
  expect: near.value([4.2e22 / 312e12 / 3600, 4.2e22 / 124.8e12 / 3600], CLOSE),
});

check<Surface>("days on a cluster", {
  points: 1,
  when: "save",
  catches: ["days-of-one-gpu", "hours-for-days", "seconds-for-hours", "minutes-for-hours", "utilisation-ignored", "utilisation-multiplied"],
  hint: "Two GPUs need half the time. A day has 24 hours.",
  ask: (impl, draw) => Promise.all(drawJobs(draw).map(({ flops, cluster }) => impl.trainingDays(flops, cluster))),
  expect: near.value((draw) => drawJobs(draw).map((job) => hours(job) / job.cluster.gpus / 24), CLOSE),
});

check<Surface>("utilisation of a run whose speed was measured", {
  points: 2,
  when: "save",
  catches: ["throughput-of-one-gpu", "inference-for-training", "utilisation-in-percent"],
  hint: "6 N FLOPs for each token, so many tokens in a second. The peak is that of all GPUs together.",
  ask: (impl, draw) => Promise.all(drawThroughputs(draw).map(({ parameters, ...throughput }) => impl.utilisation(parameters, throughput))),
  expect: near.value((draw) => drawThroughputs(draw).map(({ share }) => share), CLOSE),
});

/** Speeds of clusters that achieve a known share of their peak. */
const drawThroughputs = (draw: Draw) =>
  Array.from({ length: 4 }, () => {
    const { parameters } = drawRun(draw);
    const { gpus, peak, utilisation: share } = drawCluster(draw);
    return { parameters, gpus, peak, share, tokensPerSecond: (share * gpus * peak) / (6 * parameters) };
  });

check<Surface>("a plan and its log file agree", {
  points: 1,
  when: "save",
  hidden: true,
  catches: ["days-of-one-gpu", "hours-for-days", "utilisation-ignored", "utilisation-multiplied", "inference-for-training"],
  hint: "Plan a run at some utilisation, take its tokens and its days for the speed: your `utilisation` must give back what you planned with.",
  ask: async (impl, draw) => {
    const [run, { gpus, peak, utilisation }] = [drawRun(draw), drawCluster(draw)];
    const days = await impl.trainingDays((await impl.trainingFlops(run)).total, { gpus, peak, utilisation });
    return impl.utilisation(run.parameters, { tokensPerSecond: run.tokens / (days * 86_400), gpus, peak });
  },
  expect: near.value((draw) => {
    drawRun(draw);
    return drawCluster(draw).utilisation;
  }, CLOSE),
});
