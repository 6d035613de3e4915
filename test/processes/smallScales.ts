/** Exercises at scale full, at sizes that take seconds. */
import assert from "node:assert/strict";
import type { Exercise, Pack } from "../../extension/exercise/model.ts";

/** In the place of what an exercise's own program says of its full scale; a checkpoint after every step. */
type Small = readonly (readonly [own: RegExp, small: string])[];

const OFTEN = [/keepEvery: [\d]+/, "keepEvery: 0"] as const;

const SMALL: Readonly<Record<string, Small>> = {
  "03-sinusoidal-positions": [[/\? 1024/, "? 256"]],
  "05-minimal-gpt": [
    [/full: \{[^}]*\}/, "full: { steps: 40, batch: 4, learningRate: 0.01, context: 8, width: 8, heads: 2, validateEvery: 10, keepEvery: 0 }"],
    [/"The ", 300/, '"The ", 10'],
  ],
  "06-grouped-query-attention": [
    [/\? \[128, [^\]]*\]/, "? [64, 128]"],
    [/const DIM = 64/, "const DIM = 8"],
  ],
  "07-dpo": [
    OFTEN,
    [/full: \{ [^}]* measureEvery/, "full: { vocabulary: 4, width: 8, length: 4, pairs: 64, steps: 30, batch: 8, learningRate: 0.01, measureEvery"],
    [/measureEvery: 50/, "measureEvery: 5"],
  ],
  "08-kv-caching": [[/full: \{[^}]*\}/, "full: { lengths: [32, 64], width: 32, heads: 4, layers: 1, written: 8 }"]],
  "09-scaling-law": [
    OFTEN,
    [
      /full: \{[^}]*sizes: \[[^\]]*\]/,
      "full: { vocabulary: 16, context: 8, batch: 8, tokens: 3840, sizes: [8, 16].map((width) => ({ layers: 1, width, heads: 2 }))",
    ],
    [/evaluateEvery: 1000/, "evaluateEvery: 5"],
  ],
  "10-mixture-of-experts": [
    OFTEN,
    [/vocabulary: 64, context: 16, width: 64, hidden: 64, text: 2_000_000/, "vocabulary: 6, context: 4, width: 8, hidden: 4, text: 2000"],
    [/steps: 6000, batch: 128, learningRate: 0.003, measureEvery: 100/, "steps: 30, batch: 8, learningRate: 0.01, measureEvery: 5"],
  ],
  "12-rlhf": [
    OFTEN,
    [/vocabulary: 26, length: 32, width: 128, layers: 5, data: 65_536/, "vocabulary: 4, length: 4, width: 8, layers: 1, data: 64"],
    [/steps: 3000, learningRate: 0.001, iterations: 400, batch: 256/, "steps: 30, learningRate: 0.01, iterations: 10, batch: 8"],
  ],
  "13-forward-profile": [
    [/full: \{ config: \{[^}]*\}, lengths: \[[^\]]*\]/, "full: { config: { vocabulary: 100, context: 64, width: 16, heads: 2, layers: 1 }, lengths: [16, 64]"],
  ],
  "15-flash-attention": [[/full: \{[^}]*\}/, "full: { lengths: [256, 512, 1024], blocksAt: 256, blocks: [64, 128] }"]],
  "16-compute-optimal": [
    OFTEN,
    [/vocabulary: 1024, context: 128, batch: 16/, "vocabulary: 16, context: 8, batch: 8"],
    [/shapes: \[shape\(4, 144[^\]]*\]/, "shapes: [shape(1, 8, 2), shape(1, 12, 2), shape(1, 16, 2)]"],
    [/budgets: \[1\.2e14[^\]]*\]/, "budgets: [3e6, 1e7, 2e7]"],
  ],
};

/** The exercise of that folder, with less to do at full scale than its own program says. */
export function smallExercise(pack: Pack, slug: string): Exercise {
  const exercise = pack.exercises.find((one) => one.slug === slug) as Exercise;
  const program = (SMALL[slug] ?? []).reduce((text, [own, mine]) => {
    assert.match(text, own);
    return text.replace(own, mine);
  }, exercise.files["run.ts"] as string);
  return { ...exercise, files: { ...exercise.files, "run.ts": program } };
}
