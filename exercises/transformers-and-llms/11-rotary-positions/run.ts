import * as tf from "@tensorflow/tfjs";
import { breathe, progress, type RunOptions, random, trace } from "practicum";
import type { Surface } from "./surface.ts";

const stream = random();
const DIM = 64;
const BASE = 10_000;
const STARTS = [200, 1000, 5000];
const BASES = [500, 10_000, 500_000];

const rotated = (start: number): string => `rotated, query at ${start}`;
const added = (start: number): string => `added, query at ${start}`;
const agreeing = (base: number): string => `base ${base}`;
const EXPECTED = "sum of cosines, base 10000";
const DEVIATION = "change of the dot product";

/** How far texts of this exercise reach, in positions, and how often an average is taken. */
const SCALES = {
  quick: { distances: 512, farthest: 2 ** 15, samples: 64 },
  full: { distances: 4096, farthest: 2 ** 20, samples: 64 },
};

/** Sets one query and one key at many positions, and looks at their dot product. */
export default async function run(attempt: Surface, { scale }: RunOptions): Promise<void> {
  const { distances, farthest, samples } = SCALES[scale];
  declarePlots();
  progress(0, 3, "one query, one key");
  await traceOneCouple(attempt);
  progress(1, 3, "queries that agree with their keys");
  await traceAgreement(attempt, distances, samples);
  progress(2, 3, "moving both");
  await traceMoving(attempt, farthest);
  progress(3, 3);
}

function declarePlots(): void {
  const x = { label: "distance m - n (positions)" };
  const y = { label: "dot product" };
  trace.plot({ title: "RoPE: one query, one key; only the distance counts", series: STARTS.map(rotated), x, y });
  trace.plot({ title: "Encodings added instead: the place counts", series: STARTS.map(added), x, y });
  trace.plot({
    title: "Queries that are their keys",
    series: [...BASES.map(agreeing), EXPECTED],
    levels: [EXPECTED],
    x: { ...x, log: true },
    y: { label: "dot product / |q|²" },
  });
  trace.plot({
    title: "Moving both: what float32 leaves of the theorem",
    series: [DEVIATION],
    x: { label: "moved by s (positions)", log: true },
    y: { label: "largest change", log: true },
  });
}

/** The query stands at `start`; the key there and at every place before it, as far as the earliest query can look back. */
async function traceOneCouple(attempt: Surface): Promise<void> {
  const distances = Math.min(...STARTS);
  const [q, k] = [normals(1), normals(1)]; // [1, 1, 1, dim]
  const keys = tf.tile(k, [1, 1, distances + 1, 1]); // [1, 1, distance, dim]
  for (const start of STARTS) {
    const places = tf.range(start, start - distances - 1, -1, "int32");
    const scores = tf.tidy(() => attempt.attentionScores(q, keys, tf.tensor1d([start], "int32"), places, BASE).mul(Math.sqrt(DIM)));
    const sums = tf.tidy(() =>
      q
        .add(encodings(tf.tensor1d([start], "int32")))
        .mul(keys.add(encodings(places)))
        .sum(-1),
    );
    await traceSeries(rotated(start), await scores.data(), 0);
    await traceSeries(added(start), await sums.data(), 0);
    tf.dispose([places, scores, sums]);
  }
  tf.dispose([q, k, keys]);
}

/** The rows of exercise 03 for these positions, [time, dim]. */
function encodings(positions: tf.Tensor1D): tf.Tensor2D {
  const angles = positions
    .toFloat()
    .expandDims(1)
    .mul(tf.pow(BASE, tf.range(0, DIM, 2).div(-DIM))); // [time, dim / 2]
  return tf.stack([angles.sin(), angles.cos()], 2).reshape([positions.size, DIM]);
}

/** The mean over many queries, each with itself for a key, as a share of its squared length: the sum of cosines of exercise 03. */
async function traceAgreement(attempt: Surface, distances: number, samples: number): Promise<void> {
  const q = normals(samples); // [samples, 1, 1, dim]
  const keys = tf.tile(q, [1, 1, distances + 1, 1]); // [samples, 1, distance, dim]
  const places = tf.range(0, distances + 1, 1, "int32");
  for (const base of BASES) {
    const shares = tf.tidy(() => {
      const dots = attempt.attentionScores(q, keys, tf.tensor1d([0], "int32"), places, base).mul(Math.sqrt(DIM)); // [samples, 1, 1, distance]
      return dots.div(q.square().sum(-1, true)).mean([0, 1, 2]); // [distance]
    });
    await traceSeries(agreeing(base), (await shares.data()).slice(1), 1); // distance 0 has no place on a logarithmic axis
    shares.dispose();
  }
  const pairs = Array.from({ length: DIM / 2 }, (_, i) => BASE ** ((-2 * i) / DIM));
  const sums = Array.from({ length: distances }, (_, k) => pairs.reduce((sum, frequency) => sum + Math.cos((k + 1) * frequency), 0) / pairs.length);
  await traceSeries(EXPECTED, sums, 1);
  tf.dispose([q, keys, places]);
}

/** The same map of dot products again and again, each time further out. */
async function traceMoving(attempt: Surface, farthest: number): Promise<void> {
  const [q, k] = [normals(1, 32), normals(1, 32)]; // [1, 1, 32, dim]
  const scoresAt = (shift: number) =>
    tf.tidy(() => {
      const places = tf.range(shift, shift + 32, 1, "int32");
      return attempt.attentionScores(q, k, places, places, BASE).mul(Math.sqrt(DIM));
    });
  const here = scoresAt(0);
  for (let shift = 1; shift <= farthest; shift *= 2) {
    const change = tf.tidy(() => scoresAt(shift).sub(here).abs().max());
    const [largest] = await change.data();
    trace.log({ [DEVIATION]: largest as number }, shift);
    if (shift === 1024 || shift === farthest)
      console.log(`Moved by ${shift} positions, a dot product of about ${Math.sqrt(DIM)} changes by ${largest?.toExponential(1)} at most.`);
    change.dispose();
    await breathe();
  }
  tf.dispose([q, k, here]);
}

async function traceSeries(name: string, values: ArrayLike<number>, from: number): Promise<void> {
  for (let i = 0; i < values.length; i++) trace.log({ [name]: values[i] as number }, from + i);
  await breathe();
}

function normals(batch: number, time = 1): tf.Tensor4D {
  return tf.tensor4d(
    Array.from({ length: batch * time * DIM }, () => stream.normal()),
    [batch, 1, time, DIM],
  );
}
