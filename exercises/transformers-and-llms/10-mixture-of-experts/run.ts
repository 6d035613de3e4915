import * as tf from "@tensorflow/tfjs";
import { breathe, checkpoint, progress, type RunOptions, random, trace } from "practicum";
import { Facts } from "./facts.ts";
import { crossEntropy, randomWindows } from "./model.ts";
import type { ModelConfig, ModelWeights, Surface } from "./surface.ts";

/** Sizes for a laptop, a minute or two; and for a machine with a GPU, where a run goes on after an interruption. `keepEvery`: seconds between checkpoints. */
const SCALES = {
  quick: {
    ...{ vocabulary: 10, context: 4, width: 16, hidden: 8, text: 20_000 },
    ...{ steps: 300, batch: 32, learningRate: 0.02, measureEvery: 20, keepEvery: Infinity },
  },
  full: {
    ...{ vocabulary: 64, context: 16, width: 64, hidden: 64, text: 2_000_000 },
    ...{ steps: 6000, batch: 128, learningRate: 0.003, measureEvery: 100, keepEvery: 120 },
  },
};
/** A run that goes on has to be about the same text. */
const SEED = 10;
const EXPERTS = 4;
const NOISE = 0.2;
const BALANCE = 0.05;

interface Contender {
  readonly name: string;
  /** Of its checkpoint. */
  readonly kept: string;
  readonly experts: number;
  /** Times the hidden width. */
  readonly wide: number;
  readonly balance: number;
}
const CONTENDERS: readonly Contender[] = [
  { name: "4 experts", kept: "experts", experts: EXPERTS, wide: 1, balance: BALANCE },
  { name: "dense, equal active parameters", kept: "dense-active", experts: 1, wide: 1, balance: 0 },
  { name: "dense, equal total parameters", kept: "dense-total", experts: 1, wide: EXPERTS, balance: 0 },
  { name: "4 experts, no balance", kept: "experts-no-balance", experts: EXPERTS, wide: 1, balance: 0 },
];
const FLOOR = "entropy of the text";
const shareOf = (name: string, expert: number): string => `${name}: share of expert ${expert + 1}`;

/** Trains a mixture of experts and dense models on the same text, and measures what each has learned of it. */
export default async function run(attempt: Surface, { scale }: RunOptions): Promise<void> {
  const { vocabulary, text, context } = SCALES[scale];
  const stream = scale === "full" ? random(SEED) : random();
  const facts = new Facts(vocabulary, NOISE, stream);
  const tokens = tf.tensor1d(facts.write(text), "int32");
  const heldOut = randomWindows(tf.tensor1d(facts.write(8192), "int32"), 256, context + 1, stream); // [256, context + 1]
  const seed = stream.integer(1, 1e9);
  declarePlots(vocabulary, facts.entropy);
  for (const [i, contender] of CONTENDERS.entries()) await contend(attempt, scale, contender, i, tokens, heldOut, facts.entropy, seed);
  await checkpoint.finish();
}

function declarePlots(vocabulary: number, entropy: number): void {
  const x = { label: "step" };
  const uniform = Math.log(vocabulary);
  const band = { label: "what the checks ask for", low: entropy, high: uniform - 0.6 * (uniform - entropy) };
  trace.plot({ title: "Held-out loss", series: [...CONTENDERS.map(({ name }) => name), FLOOR], levels: [FLOOR], x, y: { label: "nats per token" }, band });
  for (const { name } of CONTENDERS.filter(({ experts }) => experts > 1)) {
    trace.plot({ title: `Load, ${name}`, series: Array.from({ length: EXPERTS }, (_, i) => shareOf(name, i)), x, y: { label: "share of the tokens" } });
  }
}

async function contend(
  attempt: Surface,
  scale: RunOptions["scale"],
  { name, kept, experts, wide, balance }: Contender,
  place: number,
  tokens: tf.Tensor1D,
  heldOut: tf.Tensor2D,
  floor: number,
  seed: number,
): Promise<void> {
  const { steps, batch, learningRate, measureEvery, keepEvery, hidden, vocabulary, context, width } = SCALES[scale];
  const config: ModelConfig = { vocabulary, context, width, hidden: hidden * wide, experts };
  const training = checkpoint.training(kept, { steps, keepEvery });
  const trained = await attempt.train(config, tokens, {
    steps,
    batch,
    learningRate,
    balance,
    seed,
    onStart: training.start,
    onStep: async (step, _, weights) => {
      if (step === 1 || step % measureEvery === 0) {
        training.log({ [name]: await heldOutLoss(attempt, weights, heldOut), [FLOOR]: floor }, step);
        if (experts > 1) training.log(await loadOf(attempt, weights, heldOut, name), step);
      }
      progress(place * steps + step, CONTENDERS.length * steps, name);
      await training.after(step);
      await breathe();
    },
  });
  training.end();
  const loss = await heldOutLoss(attempt, trained, heldOut);
  const { total, active } = attempt.parameterCount(config);
  console.log(
    `${name.padEnd(32)} ${String(total).padStart(7)} parameters, ${String(active).padStart(6)} active: ${(loss - floor).toFixed(3)} nats above the floor.`,
  );
}

const inputsOf = (windows: tf.Tensor2D): tf.Tensor2D => windows.slice([0, 0], [windows.shape[0], windows.shape[1] - 1]);

async function heldOutLoss(attempt: Surface, weights: ModelWeights, windows: tf.Tensor2D): Promise<number> {
  const loss = tf.tidy(() => crossEntropy(attempt.logits(weights, inputsOf(windows)), windows));
  const [value] = await loss.data();
  loss.dispose();
  return value as number;
}

/** The share of the tokens that each expert gets, by the name of its curve. */
async function loadOf(attempt: Surface, weights: ModelWeights, windows: tf.Tensor2D, name: string): Promise<Record<string, number>> {
  const expert = tf.tidy(() => attempt.expertsOf(weights, inputsOf(windows)));
  const chosen = Array.from(await expert.data());
  expert.dispose();
  const share = (i: number) => chosen.filter((e) => e === i).length / chosen.length;
  return Object.fromEntries(Array.from({ length: EXPERTS }, (_, i) => [shareOf(name, i), share(i)]));
}
