import * as tf from "@tensorflow/tfjs";
import { breathe, checkpoint, progress, type RunOptions, trace } from "practicum";
import { heldOutWindows } from "./data.ts";
import type { GPTConfig, Measurement, Model, PowerLaw, Surface, TextOptions } from "./surface.ts";

interface Scale {
  readonly vocabulary: number;
  readonly context: number;
  readonly batch: number;
  /** Of text that each model reads, all of it new. */
  readonly tokens: number;
  readonly sizes: readonly { readonly layers: number; readonly width: number; readonly heads: number }[];
  /** Windows in a batch of held-out text. */
  readonly heldOut: number;
  readonly evaluateEvery: number;
  /** Seconds between two checkpoints; `Infinity`: none. */
  readonly keepEvery: number;
}

/** Without a GPU: 1500 to 98 thousand parameters in two minutes. As stated: 1, 5, 10 and 50 million on 100 million tokens, for hours on a GPU. */
const SCALES: Record<RunOptions["scale"], Scale> = {
  quick: {
    vocabulary: 64,
    context: 24,
    batch: 16,
    tokens: 230_400,
    sizes: [
      { layers: 2, width: 8, heads: 1 },
      { layers: 2, width: 16, heads: 2 },
      { layers: 2, width: 32, heads: 2 },
      { layers: 2, width: 64, heads: 4 },
    ],
    heldOut: 64,
    evaluateEvery: 25,
    keepEvery: Infinity,
  },
  full: {
    vocabulary: 1024,
    context: 128,
    batch: 16,
    tokens: 100_000_000,
    sizes: [
      { layers: 4, width: 144, heads: 4 }, // 1.0 million
      { layers: 6, width: 264, heads: 6 }, // 5.0 million
      { layers: 8, width: 320, heads: 8 }, // 9.8 million
      { layers: 12, width: 588, heads: 12 }, // 49.8 million
    ],
    heldOut: 16,
    evaluateEvery: 1000,
    keepEvery: 120,
  },
};

/** Windows of text that no model is trained on. */
const HELD_OUT = 256;
/** Text that everything is read from. */
const SOURCE = 7;

/** Trains one model after the other on equally much text, then fits a power law to their held-out losses. */
export default async function run(attempt: Surface, { scale }: RunOptions): Promise<void> {
  const { sizes, batch, ...options } = SCALES[scale];
  const configs = sizes.map((size) => ({ ...size, vocabulary: options.vocabulary, context: options.context }));
  const text = { source: SOURCE, batch };
  const heldOut = heldOutWindows(configs[0] as GPTConfig, { ...text, batch: options.heldOut }, HELD_OUT / options.heldOut);
  console.log(
    `A uniform guess costs ln ${options.vocabulary} = ${Math.log(options.vocabulary).toFixed(3)} nats a token, the source itself ${heldOut.floor.toFixed(3)}.`,
  );
  declarePlots(attempt, configs);
  const course = new Course(configs.map((config) => attempt.blockParameters(config) + OVERHEAD));
  const points: Measurement[] = [];
  for (const config of configs) {
    const loss = await trainOne(attempt, config, text, SCALES[scale], heldOut, course);
    const point = { parameters: attempt.blockParameters(config), loss };
    points.push(point);
    trace.log({ measured: loss - heldOut.floor }, point.parameters);
    console.log(`${name(attempt, config).padStart(6)} parameters: ${loss.toFixed(3)} nats, ${(loss - heldOut.floor).toFixed(3)} above the floor`);
  }
  tell(attempt, attempt.fitPowerLaw(points, heldOut.floor), heldOut.floor, points);
  await checkpoint.finish();
}

/** What a step costs besides the parameters' share, in parameters: for the time left only. */
const OVERHEAD = 20_000;

function declarePlots(attempt: Surface, configs: readonly GPTConfig[]): void {
  trace.plot({
    title: "Scaling law",
    series: ["measured", "fitted law"],
    powerLaw: ["measured"],
    x: { label: "parameters N", log: true },
    y: { label: "nats above the floor", log: true },
  });
  trace.plot({
    title: "Reducible loss in training",
    series: configs.map((config) => `N = ${name(attempt, config)}`),
    x: { label: "tokens", log: true },
    y: { label: "nats above the floor", log: true },
  });
}

/** e.g. "98k" */
function name(attempt: Surface, config: GPTConfig): string {
  const parameters = attempt.blockParameters(config);
  return parameters >= 1e6 ? `${(parameters / 1e6).toFixed(1)}M` : `${(parameters / 1e3).toFixed(1)}k`;
}

async function trainOne(
  attempt: Surface,
  config: GPTConfig,
  text: TextOptions,
  { tokens, evaluateEvery, keepEvery }: Scale,
  heldOut: { readonly windows: readonly tf.Tensor2D[]; readonly floor: number },
  course: Course,
): Promise<number> {
  const ofStep = text.batch * config.context;
  const steps = Math.ceil(tokens / ofStep);
  const label = name(attempt, config);
  const training = checkpoint.training(`scaling-${label}`, { steps, keepEvery });
  const model = await attempt.train(config, text, {
    steps,
    learningRate: 0.04 / Math.sqrt(config.width), // wider models want smaller steps
    seed: 1,
    onStart: ({ model, optimizer }) => training.start({ weights: model.weights(), optimizer }),
    onStep: async (step, _loss, { model }) => {
      if (step % evaluateEvery === 0) training.log({ [`N = ${label}`]: (await heldOutLoss(attempt, model, heldOut.windows)) - heldOut.floor }, step * ofStep);
      course.tell(step / steps, `${label} parameters`);
      await training.after(step);
      await breathe();
    },
  });
  training.end();
  course.next();
  const loss = await heldOutLoss(attempt, model, heldOut.windows);
  tf.dispose(model.weights());
  return loss;
}

async function heldOutLoss(attempt: Surface, model: Model, windows: readonly tf.Tensor2D[]): Promise<number> {
  const batches = [];
  for (const batch of windows) {
    const loss = tf.tidy(() => model.loss(batch));
    batches.push({ loss: (await loss.data())[0] as number, tokens: batch.shape[0] * (batch.shape[1] - 1) });
    loss.dispose();
  }
  return attempt.meanLoss(batches);
}

/** Draws the fitted law through and beyond the measurements, and prints it. */
function tell(attempt: Surface, law: PowerLaw, floor: number, points: readonly Measurement[]): void {
  const sizes = points.map(({ parameters }) => parameters);
  const [smallest, largest] = [Math.min(...sizes) / 2, Math.max(...sizes) * 4];
  for (let parameters = smallest; parameters <= largest; parameters *= 2 ** 0.25)
    trace.log({ "fitted law": attempt.predictLoss(law, floor, parameters) - floor }, parameters);
  console.log(`\nL(N) = ${floor.toFixed(3)} + (${law.scale.toPrecision(3)} / N)^${law.exponent.toFixed(3)}`);
  for (const { parameters, loss } of points) {
    const off = attempt.predictLoss(law, floor, parameters) - loss;
    console.log(`at N = ${parameters}: the law is off by ${off.toFixed(3)} nats`);
  }
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
