import * as tf from "@tensorflow/tfjs";
import { breathe, checkpoint, corpus, progress, type RunOptions, random, trace } from "practicum";
import { CharacterTokenizer, randomWindows } from "./data.ts";
import type { GPTConfig, GPTWeights, Surface } from "./surface.ts";

/** Sizes for a laptop without a GPU: half a minute, and some minutes, which go on after an interruption. `keepEvery`: seconds between two checkpoints. */
const SCALES = {
  quick: { steps: 500, batch: 8, learningRate: 0.01, context: 32, width: 32, heads: 4, validateEvery: 10, keepEvery: Infinity },
  full: { steps: 1500, batch: 16, learningRate: 0.004, context: 64, width: 64, heads: 4, validateEvery: 50, keepEvery: 60 },
};
/** A training that is kept has to draw the same windows when it goes on. */
const SEED = 5;

/** Trains a GPT of 2 layers on a text, character by character; the last tenth of the text is for validation only. */
export default async function run(attempt: Surface, { scale }: RunOptions): Promise<void> {
  const { steps, batch, learningRate, validateEvery, keepEvery, ...sizes } = SCALES[scale];
  const text = corpus.text();
  const tokenizer = new CharacterTokenizer(text);
  const tokens = tf.tensor1d(tokenizer.encode(text), "int32");
  const cut = Math.floor(tokens.size * 0.9);
  if (tokens.size - cut <= sizes.context) throw new Error(`The text has ${tokens.size} characters; ${10 * (sizes.context + 1)} are needed at least.`);
  const config: GPTConfig = { ...sizes, vocabulary: tokenizer.characters.length, layers: 2 };
  console.log(
    `${text.length} characters, ${config.vocabulary} of them different. A uniform guess costs ln ${config.vocabulary} = ${Math.log(config.vocabulary).toFixed(2)} nats.`,
  );
  declarePlots();
  const heldOut = randomWindows(tokens.slice(cut), 16, config.context + 1, random(1));
  const training = checkpoint.training("gpt", { steps, keepEvery });
  const weights = await attempt.train(config, tokens.slice(0, cut), {
    steps,
    batch,
    learningRate,
    seed: scale === "full" ? SEED : random().integer(1, 1e9),
    onStart: training.start,
    onStep: async (step, loss, current) => {
      training.log(pointsOf(attempt, "training", loss), step);
      if (step % validateEvery === 0 || step === 1) {
        training.log(pointsOf(attempt, "validation", await validationLoss(attempt, current, config, heldOut)), step);
      }
      training.log({ "uniform guess (loss)": Math.log(config.vocabulary), "uniform guess (perplexity)": config.vocabulary }, step);
      progress(step, steps, "training");
      await training.after(step);
      await breathe();
    },
  });
  training.end();
  console.log(`\nAfter ${steps} steps the model writes:\n`);
  console.log(await sample(attempt, weights, config, tokenizer, "The ", 300));
  await checkpoint.finish();
}

function declarePlots(): void {
  trace.plot({
    title: "Loss",
    series: ["training loss", "validation loss", "uniform guess (loss)"],
    levels: ["uniform guess (loss)"],
    x: { label: "step" },
    y: { label: "nats per character" },
  });
  trace.plot({
    title: "Perplexity",
    series: ["training perplexity", "validation perplexity", "uniform guess (perplexity)"],
    levels: ["uniform guess (perplexity)"],
    x: { label: "step" },
    y: { label: "equally likely characters", log: true },
  });
}

const pointsOf = (attempt: Surface, name: "training" | "validation", loss: number): Record<string, number> => ({
  [`${name} loss`]: loss,
  [`${name} perplexity`]: attempt.perplexity(loss),
});

async function validationLoss(attempt: Surface, weights: GPTWeights, config: GPTConfig, windows: tf.Tensor2D): Promise<number> {
  const loss = tf.tidy(() => attempt.nextTokenLoss(weights, config, windows));
  const [value] = await loss.data();
  loss.dispose();
  return value as number;
}

/** One character after the other, each drawn from what the model expects next. */
async function sample(attempt: Surface, weights: GPTWeights, config: GPTConfig, tokenizer: CharacterTokenizer, start: string, length: number): Promise<string> {
  const stream = random();
  const tokens = tokenizer.encode(start);
  if (tokens.length === 0) tokens.push(0); // the learner's own text may have none of these characters
  while (tokens.length < length) {
    const seen = tokens.slice(-config.context);
    const next = tf.tidy(() => {
      const logits = attempt.logits(weights, config, tf.tensor2d([seen], [1, seen.length], "int32")); // [1, time, vocabulary]
      return tf.softmax(logits.slice([0, seen.length - 1, 0], [1, 1, -1]).div(0.8)).flatten(); // [vocabulary]; below 1: fewer surprises
    });
    tokens.push(drawFrom(await next.data(), stream.uniform()));
    next.dispose();
    progress(tokens.length, length, "writing");
    await breathe();
  }
  return tokenizer.decode(tokens);
}

function drawFrom(probabilities: ArrayLike<number>, u: number): number {
  let below = 0;
  for (let token = 0; token < probabilities.length - 1; token++) {
    below += probabilities[token] as number;
    if (u < below) return token;
  }
  return probabilities.length - 1;
}
