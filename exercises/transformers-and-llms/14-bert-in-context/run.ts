import * as tf from "@tensorflow/tfjs";
import { pretrained, progress, type RunOptions, trace } from "practicum";
import { CONTEXTS, WORD } from "./contexts.ts";
import type { Surface } from "./surface.ts";

/** The small BERT that comes with the exercise, and one of the Hugging Face hub: an id, or a folder by its absolute path. */
const MODELS: Record<RunOptions["scale"], string> = { quick: "bert", full: "Xenova/bert-base-uncased" };

/** Compares what each layer makes of one word in sentences of three senses. */
export default async function run(attempt: Surface, { scale }: RunOptions): Promise<void> {
  const texts = CONTEXTS.map(({ text }) => text);
  const senses = CONTEXTS.map(({ sense }) => sense);
  progress(0, 2, `reading ${texts.length} sentences with ${MODELS[scale]}`);
  const { tokens, hidden } = await pretrained.bert(MODELS[scale]).encode(texts);
  const [layers, , , width] = hidden.shape;
  console.log(`${MODELS[scale]}: ${layers - 1} layers of width ${width}. The first sentence in word pieces:\n${tokens[0]?.join(" ")}\n`);
  progress(1, 2, "comparing");
  const positions = tokens.map((pieces, text) => firstOccurrence(attempt, pieces, texts[text] as string));
  const similarity = attempt.cosineSimilarity(attempt.wordVectors(hidden, positions)); // [layers + 1, batch, batch]
  await plotLayers(attempt, similarity, senses);
  for (const layer of [0, layers - 1]) await showMatrix(similarity, layer, senses);
  progress(2, 2, "comparing");
}

function firstOccurrence(attempt: Surface, pieces: readonly string[], text: string): number[] {
  const [first] = attempt.wordPositions(pieces, WORD);
  if (!first) throw new Error(`Your wordPositions finds no "${WORD}" in "${text}", whose pieces are ${pieces.join(" ")}.`);
  return first;
}

async function plotLayers(attempt: Surface, similarity: tf.Tensor3D, senses: readonly string[]): Promise<void> {
  const x = { label: "layer (0: embeddings)" };
  const names = [...new Set(senses)];
  const pairs = names.flatMap((a, i) => names.slice(i).map((b) => [a, b] as const));
  trace.plot({ title: "Do senses separate?", series: ["separation", "same sense, mean cosine", "different senses, mean cosine"], x, y: { label: "cosine" } });
  trace.plot({ title: "Nearest text of the same sense", series: ["accuracy", "by chance"], levels: ["by chance"], x, y: { label: "share of the texts" } });
  trace.plot({ title: "Cosine between senses", series: pairs.map((pair) => pair.join(" and ")), x, y: { label: "mean cosine" } });
  const separation = await attempt.senseSeparation(similarity, senses).data();
  const accuracy = await attempt.nearestSenseAccuracy(similarity, senses).data();
  const chance = (senses.length / names.length - 1) / (senses.length - 1);
  const cosines = (await similarity.array()) as number[][][];
  for (const [layer, matrix] of cosines.entries()) {
    const between = ([a, b]: readonly [string, string]) =>
      meanOfPairs(matrix, (i, j) => (senses[i] === a && senses[j] === b) || (senses[i] === b && senses[j] === a));
    trace.log(Object.fromEntries(pairs.map((pair) => [pair.join(" and "), between(pair)])), layer);
    trace.log({ separation: separation[layer] as number, accuracy: accuracy[layer] as number, "by chance": chance }, layer);
    trace.log({ "same sense, mean cosine": meanOfPairs(matrix, (i, j) => senses[i] === senses[j]) }, layer);
    trace.log({ "different senses, mean cosine": meanOfPairs(matrix, (i, j) => senses[i] !== senses[j]) }, layer);
    console.log(
      `layer ${layer}: separation ${separation[layer]?.toFixed(3)}, nearest text of the same sense for ${(100 * (accuracy[layer] as number)).toFixed(0)}%`,
    );
  }
}

/** Mean over pairs of two different texts. */
function meanOfPairs(matrix: readonly (readonly number[])[], counts: (i: number, j: number) => boolean): number {
  const chosen = matrix.flatMap((row, i) => row.filter((_, j) => i < j && counts(i, j)));
  return chosen.reduce((a, b) => a + b, 0) / chosen.length;
}

/** Every second sentence, so that it fits a line. */
async function showMatrix(similarity: tf.Tensor3D, layer: number, senses: readonly string[]): Promise<void> {
  const matrix = (await tf.gather(similarity, [layer]).squeeze<tf.Tensor2D>([0]).array()) as number[][];
  const shown = senses.map((_, i) => i).filter((i) => i % 2 === 0);
  console.log(`\nCosines in layer ${layer}:`);
  for (const i of shown) console.log(`${(senses[i] as string).padEnd(14)}${shown.map((j) => (matrix[i]?.[j] ?? Number.NaN).toFixed(2).padStart(6)).join("")}`);
}
