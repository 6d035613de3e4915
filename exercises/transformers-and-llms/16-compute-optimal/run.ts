import * as tf from "@tensorflow/tfjs";
import { breathe, checkpoint, progress, type RunOptions, trace } from "practicum";
import { heldOutWindows } from "./data.ts";
import type { Measurement, Model, Plan, Shape, Study, Surface } from "./surface.ts";

interface Scale extends Study {
  readonly budgets: readonly [number, number, number];
  /** Seconds between two checkpoints; `Infinity`: none. */
  readonly keepEvery: number;
}

const shape = (layers: number, width: number, heads: number): Shape => ({ layers, width, heads });

/** Without a GPU: 1500 to 25 thousand parameters, in two or three minutes. Full: 1 to 50 million, for a GPU. */
const SCALES: Record<RunOptions["scale"], Scale> = {
  quick: {
    ...{ source: 7, seed: 1, vocabulary: 64, context: 24, batch: 16, tokensPerParameter: 20, keepEvery: Infinity },
    shapes: [shape(2, 8, 1), shape(2, 12, 1), shape(2, 16, 2), shape(2, 24, 2), shape(2, 32, 2)],
    budgets: [2.8e8, 4.5e9, 7.2e10],
  },
  full: {
    ...{ source: 7, seed: 1, vocabulary: 1024, context: 128, batch: 16, tokensPerParameter: 20, keepEvery: 120 },
    shapes: [shape(4, 144, 4), shape(4, 208, 4), shape(6, 240, 6), shape(6, 264, 6), shape(8, 320, 8), shape(10, 440, 10), shape(12, 588, 12)],
    budgets: [1.2e14, 4.8e15, 1.9e17],
  },
};

interface HeldOut {
  readonly windows: readonly tf.Tensor2D[];
  readonly floor: number;
}

/** Three budgets spent in proportion; at the middle one, every other shape too. */
export default async function run(attempt: Surface, { scale }: RunOptions): Promise<void> {
  const study = SCALES[scale];
  const heldOut = heldOutWindows({ ...(study.shapes[0] as Shape), ...study }, { source: study.source, batch: 16 }, 16);
  const [, middle] = study.budgets;
  const others = study.shapes.filter((other) => other.width !== attempt.planTraining(middle, study).shape.width);
  declarePlots();
  const course = new Course([...study.budgets, ...others.map(() => middle)].map((flops) => flops + OVERHEAD));
  const lowest: [number, number][] = [];
  const isoFlop: Measurement[] = [];
  console.log(`The source itself costs ${heldOut.floor.toFixed(3)} nats a token.\n`);
  for (const flops of study.budgets) {
    const { plan, loss } = await spend(attempt, flops, study, heldOut, course);
    lowest.push([flops, loss - heldOut.floor]);
    trace.log({ "optimal models": loss - heldOut.floor, N: plan.parameters, D: plan.tokens }, flops);
    if (flops === middle) isoFlop.push({ parameters: plan.parameters, loss });
  }
  for (const other of others) {
    const { plan, loss } = await spend(attempt, middle, { ...study, shapes: [other] }, heldOut, course);
    isoFlop.push({ parameters: plan.parameters, loss });
  }
  for (const { parameters, loss } of isoFlop.toSorted((a, b) => a.parameters - b.parameters)) trace.log({ "one budget": loss - heldOut.floor }, parameters);
  tellLaw(attempt, lowest);
  tellOptimum(attempt, isoFlop, middle, heldOut.floor);
  await checkpoint.finish();
}

/** What a training costs besides its FLOPs, in FLOPs: for the time left only. */
const OVERHEAD = 5e9;

function declarePlots(): void {
  const compute = { label: "compute C (FLOPs)", log: true };
  trace.plot({
    title: "Compute and loss",
    series: ["optimal models", "power law"],
    powerLaw: ["optimal models"],
    x: compute,
    y: { label: "nats above the floor", log: true },
  });
  trace.plot({
    title: "IsoFLOP curve of the middle budget",
    series: ["one budget", "parabola"],
    x: { label: "parameters N", log: true },
    y: { label: "nats above the floor" },
  });
  trace.plot({ title: "Spending", series: ["N", "D"], x: compute, y: { label: "parameters, tokens", log: true } });
}

async function spend(attempt: Surface, flops: number, study: Scale, { windows, floor }: HeldOut, course: Course): Promise<{ plan: Plan; loss: number }> {
  const planned = attempt.planTraining(flops, study);
  const training = checkpoint.training(`chinchilla-${flops}-${planned.parameters}`, { steps: planned.steps, keepEvery: study.keepEvery });
  const { plan, model } = await attempt.trainOptimal(flops, {
    ...study,
    onStart: ({ model, optimizer }) => training.start({ weights: model.weights(), optimizer }),
    onStep: async (step) => {
      course.tell(step / planned.steps, `${flops.toExponential(1)} FLOPs on ${planned.parameters} parameters`);
      await training.after(step);
      await breathe();
    },
  });
  training.end();
  course.next();
  const loss = await heldOutLoss(model, windows);
  tf.dispose(model.weights());
  console.log(
    `C = ${flops.toExponential(1)}: N = ${plan.parameters}, D = ${Math.round(plan.tokens)}, ${plan.steps} steps: ${(loss - floor).toFixed(3)} nats above the floor`,
  );
  return { plan, loss };
}

async function heldOutLoss(model: Model, windows: readonly tf.Tensor2D[]): Promise<number> {
  let total = 0;
  for (const batch of windows) {
    const loss = tf.tidy(() => model.loss(batch));
    total += ((await loss.data())[0] as number) / windows.length; // all batches are equally large
    loss.dispose();
  }
  return total;
}

function tellLaw(attempt: Surface, points: readonly (readonly [number, number])[]): void {
  const { coefficient, exponent } = attempt.fitPowerLaw(points);
  const [first, last] = [points[0] as readonly [number, number], points.at(-1) as readonly [number, number]];
  for (let flops = first[0] / 2; flops <= 8 * last[0]; flops *= 2 ** 0.5) trace.log({ "power law": coefficient * flops ** exponent }, flops);
  console.log(
    `\nL - E = ${coefficient.toPrecision(3)} C^(${exponent.toFixed(3)}): twice the compute takes ${(100 * (1 - 2 ** exponent)).toFixed(0)}% off the reducible loss.`,
  );
}

function tellOptimum(attempt: Surface, measurements: readonly Measurement[], flops: number, floor: number): void {
  const { parameters, loss } = attempt.fitIsoFlop(measurements);
  for (const [N, y] of parabolaThrough(attempt, measurements)) trace.log({ parabola: y - floor }, N);
  const ratio = flops / (6 * parameters) / parameters;
  const [smallest, largest] = [Math.min(...measurements.map((m) => m.parameters)), Math.max(...measurements.map((m) => m.parameters))];
  const inside = parameters > smallest && parameters < largest;
  console.log(
    inside
      ? `At ${flops.toExponential(1)} FLOPs your parabola is lowest at N = ${Math.round(parameters)}, ${(loss - floor).toFixed(3)} nats above the floor: D / N = ${ratio.toFixed(0)}.`
      : `At ${flops.toExponential(1)} FLOPs your parabola is lowest at N = ${Math.round(parameters)}, outside of what was measured: do not trust it.`,
  );
}

/** The parabola itself, from its lowest point and the measurements: y = lowest + bend * (ln N - ln N_opt)^2. */
function parabolaThrough(attempt: Surface, measurements: readonly Measurement[]): [number, number][] {
  const { parameters, loss } = attempt.fitIsoFlop(measurements);
  const u = measurements.map((m) => Math.log(m.parameters / parameters) ** 2);
  const bend = measurements.reduce((sum, m, i) => sum + (m.loss - loss) * (u[i] as number), 0) / u.reduce((sum, x) => sum + x * x, 0);
  const sizes = measurements.map((m) => m.parameters);
  const [from, to] = [Math.min(...sizes), Math.max(...sizes)];
  return Array.from({ length: 25 }, (_, i) => {
    const N = from * (to / from) ** (i / 24);
    return [N, loss + bend * Math.log(N / parameters) ** 2];
  });
}

/** Progress over all models, each weighted by what it costs. */
class Course {
  readonly #costs: readonly number[];
  #model = 0;

  constructor(costs: readonly number[]) {
    this.#costs = costs;
  }

  /** @param share of the present model's training that is done */
  tell(share: number, label: string): void {
    progress(sum(this.#costs.slice(0, this.#model)) + share * (this.#costs[this.#model] as number), sum(this.#costs), label);
  }

  next(): void {
    this.#model++;
  }
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
