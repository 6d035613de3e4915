import * as tf from "@tensorflow/tfjs";
import { breathe, progress, type RunOptions, random, trace } from "practicum";
import { randomWeights } from "./model.ts";
import type { GPTConfig, GPTWeights, Session, Surface } from "./surface.ts";

const SCALES = {
  quick: { lengths: [32, 64, 128, 256, 512, 1024], width: 128, heads: 4, layers: 2, written: 32 },
  full: { lengths: [64, 128, 256, 512, 1024, 2048, 4096], width: 512, heads: 4, layers: 6, written: 128 },
};
const ROUNDS = 3;

const stream = random();

/** Measures a step with the cache and without it, by the length of the text; then writes a text in both ways. */
export default async function run(attempt: Surface, { scale }: RunOptions): Promise<void> {
  const { lengths, written, ...sizes } = SCALES[scale];
  const config = { ...sizes, vocabulary: 64, context: (lengths.at(-1) as number) + ROUNDS };
  const weights = randomWeights(config, stream);
  declarePlots();
  console.log(row("tokens", "cached (ms)", "anew (ms)", "speed-up", "cache (MiB)"));
  await measure(attempt, weights, config, 16); // the first calls are slow for reasons of their own
  for (const [done, length] of lengths.entries()) {
    progress(done, lengths.length + 1, `${length} tokens`);
    tf.engine().startScope(); // like tf.tidy, across awaits: the caches of all its sessions
    const { cached, anew } = await measure(attempt, weights, config, length);
    tf.engine().endScope();
    const cache = (2 * config.layers * length * config.width * 4) / 2 ** 20;
    trace.log({ "with the cache": cached, "reading anew": anew, "speed-up": anew / cached, "memory of the cache": cache }, length);
    console.log(row(String(length), cached.toFixed(1), anew.toFixed(1), (anew / cached).toFixed(1), cache.toFixed(2)));
  }
  progress(lengths.length, lengths.length + 1, "writing");
  await compareTexts(attempt, weights, config, written);
  progress(1, 1);
}

function declarePlots(): void {
  const x = { label: "tokens in the text", log: true };
  const both = ["with the cache", "reading anew"];
  trace.plot({ title: "Latency of one more token", series: both, powerLaw: both, x, y: { label: "ms", log: true } });
  trace.plot({ title: "Speed-up", series: ["speed-up"], x, y: { label: "times as fast" } });
  trace.plot({ title: "What it costs", series: ["memory of the cache"], x, y: { label: "MiB" } });
}

const row = (...cells: readonly string[]): string => cells.map((cell) => cell.padStart(12)).join("");

const drawTokens = (count: number, { vocabulary }: GPTConfig): tf.Tensor2D => stream.integers([1, count], 0, vocabulary - 1) as tf.Tensor2D;

/** The fastest of some steps at this length, in ms: the newest token alone, and a new session that reads the whole text. */
async function measure(attempt: Surface, weights: GPTWeights, config: GPTConfig, length: number): Promise<{ cached: number; anew: number }> {
  const session = attempt.startSession(weights, config);
  await timeOf(session, drawTokens(length - 1, config));
  const [cached, anew]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    cached.push(await timeOf(session, drawTokens(1, config)));
    anew.push(await timeOf(attempt.startSession(weights, config), drawTokens(length + round, config)));
  }
  return { cached: Math.min(...cached), anew: Math.min(...anew) };
}

/** How long a session reads these tokens, in ms. Waiting for the data is part of it: a GPU computes only then. */
async function timeOf(session: Session, tokens: tf.Tensor2D): Promise<number> {
  await breathe();
  const started = performance.now();
  const logits = session.append(tokens);
  await logits.data();
  const ms = performance.now() - started;
  tf.dispose([logits, tokens]);
  return ms;
}

/** The cache changes the time, not the text: the same tokens are written by a new session at every step. */
async function compareTexts(attempt: Surface, weights: GPTWeights, config: GPTConfig, count: number): Promise<void> {
  const prompt = drawTokens(32, config);
  let started = performance.now();
  const cached = Array.from(await attempt.generate(weights, config, prompt, count).data());
  const withCache = performance.now() - started;
  started = performance.now();
  let text = prompt;
  for (let i = 0; i < count; i++) {
    const next = attempt.generate(weights, config, text, 1); // [1, 1]
    text = tf.concat([text, next], 1);
    await breathe();
  }
  const anew = Array.from(await text.slice([0, 32], [1, count]).data());
  const anewMs = performance.now() - started;
  const agree = cached.filter((token, i) => token === anew[i]).length;
  console.log(
    `\n${count} tokens written in ${withCache.toFixed(0)} ms with the cache, in ${anewMs.toFixed(0)} ms without it; ${agree} of ${count} are the same.`,
  );
}
