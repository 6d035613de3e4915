import { check, type Draw, each, inBand, logSlopeInBand, near, type Onnx, type Remote, ratioAtLeast, type TensorData, tensor } from "practicum/check";
import type { RunningSoftmax, Surface } from "./surface.ts";

const CLOSE = { rtol: 1e-4, atol: 1e-4 };

check<Surface>("scores that come in parts give the softmax of all", {
  points: 3,
  when: "save",
  catches: ["accumulator-not-rescaled", "sum-not-rescaled", "rescaled-the-wrong-way", "maximum-of-the-tile", "maximum-from-zero", "divided-in-every-tile"],
  hint: "When the maximum grows from m to m', everything that was summed under m is worth e^(m - m') of what it was: the sum and the mixed values alike.",
  ask: async (impl, draw) => {
    const absorbing = async (parts: readonly Part[]) => {
      let state: Remote<RunningSoftmax> | undefined;
      for (const { scores, values } of parts) state = await impl.absorb(state, scores, values);
      return state;
    };
    return [await absorbing(drawParts(draw, 0)), await absorbing(drawParts(draw, -30))];
  },
  // Measured: correct answers are off by 5e-7, misconceptions by 1 and more.
  expect: near.value((draw) => [absorbed(drawParts(draw, 0)), absorbed(drawParts(draw, -30))], CLOSE),
});

interface Part {
  readonly scores: TensorData;
  readonly values: TensorData;
}

/** Maxima go up, down, up, and down again: the largest is neither in the first part nor in the last. @param around which score */
function drawParts(draw: Draw, around: number): Part[] {
  const [heads, rows, dim] = [draw.integer(1, 2), draw.integer(2, 4), draw.integer(2, 5)];
  return [0, 3, -2, 5, 1].map((shift) => {
    const columns = draw.integer(2, 5);
    return { scores: draw.normal([heads, rows, columns], around + shift, 1), values: draw.normal([heads, columns, dim]) };
  });
}

/** In double precision, from all scores at once. */
function absorbed(parts: readonly Part[]): Record<keyof RunningSoftmax, TensorData> {
  const [heads, rows] = (parts[0] as Part).scores.shape as [number, number];
  const dim = (parts[0] as Part).values.shape[2] as number;
  const perRow = Array.from({ length: heads * rows }, (_, row) => {
    const seen = parts.flatMap(({ scores, values }) => {
      const columns = scores.shape[2] as number;
      const start = Math.floor(row / rows) * columns; // of this head's values
      const value = (column: number) => Array.from(values.data.subarray((start + column) * dim, (start + column + 1) * dim));
      return Array.from({ length: columns }, (_, column) => ({ score: scores.data[row * columns + column] as number, value: value(column) }));
    });
    const max = Math.max(...seen.map(({ score }) => score));
    const weights = seen.map(({ score }) => Math.exp(score - max));
    const mixed = Array.from({ length: dim }, (_, d) => seen.reduce((sum, { value }, i) => sum + (weights[i] as number) * (value[d] as number), 0));
    return { max, sum: weights.reduce((a, b) => a + b), mixed };
  });
  const column = (of: "max" | "sum") =>
    tensor(
      perRow.map((row) => row[of]),
      [heads, rows, 1],
    );
  return {
    max: column("max"),
    sum: column("sum"),
    mixed: tensor(
      perRow.flatMap(({ mixed }) => mixed),
      [heads, rows, dim],
    ),
  };
}

check<Surface>("standard attention", {
  points: 1,
  when: "save",
  catches: ["unscaled-scores", "no-causal-mask"],
  hint: "All scores at once, divided by the square root of the head's dimension; where it is causal, no position sees one after it.",
  ask: (impl, draw) => Promise.all(drawCases(draw).map(({ q, k, v, causal }) => impl.standardAttention(q, k, v, causal))),
  // Measured: correct answers are off by 7e-7, misconceptions by 0.9 and more.
  expect: near.oracle((onnx, draw) => outputs(onnx, drawCases(draw)), CLOSE),
});

check<Surface>("flash attention gives what standard attention gives", {
  points: 4,
  when: "save",
  catches: [
    "accumulator-not-rescaled",
    "sum-not-rescaled",
    "rescaled-the-wrong-way",
    "divided-in-every-tile",
    "unscaled-scores",
    "no-causal-mask",
    "mask-in-every-tile",
    "future-tiles-absorbed",
    "ragged-tile-dropped",
    "values-of-the-query-block",
  ],
  hint: "Lengths that are a multiple of the block and others, one tile and many, causal and not. Exact attention: tiling changes only the order of the sums.",
  ask: async (impl, draw) =>
    (await Promise.all(drawCases(draw).map(({ q, k, v, causal, block }) => impl.flashAttention(q, k, v, { block, causal })))).map(({ output }) => output),
  // Measured: correct answers are off by 3e-6, misconceptions by 0.9 and more.
  expect: near.oracle((onnx, draw) => outputs(onnx, drawCases(draw)), CLOSE),
});

check<Surface>("the logarithm of the sum of e^score", {
  points: 1,
  when: "save",
  hidden: true,
  catches: ["log-without-maximum", "sum-not-rescaled", "mask-in-every-tile", "ragged-tile-dropped"],
  hint: "The state has the sum of e^(score - m). What is the logarithm of the sum of e^score?",
  ask: async (impl, draw) =>
    (await Promise.all(drawCases(draw).map(({ q, k, v, causal, block }) => impl.flashAttention(q, k, v, { block, causal })))).map(({ logSumExp }) => logSumExp),
  // Measured: correct answers are off by 2e-6, misconceptions by 1 and more.
  expect: near.value((draw) => drawCases(draw).map(logSumExp), CLOSE),
});

check<Surface>("large scores neither overflow nor show through the mask", {
  points: 1,
  when: "save",
  hidden: true,
  catches: ["no-maximum", "standard-without-maximum", "mask-too-small"],
  hint: "e^89 is too large for float32. What may be subtracted from all scores of a row without changing its softmax? And which number is below every score?",
  ask: async (impl, draw) => {
    const { q, k, v } = drawHeads(draw, 2, 24, 8, 20); // scores of several hundred
    const both = async (causal: boolean) => [(await impl.flashAttention(q, k, v, { block: 8, causal })).output, await impl.standardAttention(q, k, v, causal)];
    return [await both(false), await both(true)];
  },
  // Measured: correct answers are off by 1e-4 at scores of 1000, where float32 itself has steps of 6e-5; without a maximum it is NaN, and where the future
  // shows through 1 and more.
  expect: near.oracle(
    async (onnx, draw) => {
      const heads = { ...drawHeads(draw, 2, 24, 8, 20) };
      const outputs = ["attention.onnx", "causal.onnx"].map(async (graph) => (await onnx(graph, heads)).output as TensorData);
      return (await Promise.all(outputs)).map((output) => [output, output]);
    },
    { rtol: 2e-3, atol: 2e-3 },
  ),
});

const LENGTHS = [256, 512, 1024];

// Measured slopes, the same on every machine. Flash attention: 0.10 to 0.37 (with the loop over keys outside); all keys or all queries at once: 0.98 and more.
// Standard: 1.98 to 2.00; so are all scores at once, tiles that are not freed, and a mask of all positions.
check<Surface>("memory grows with the length, not with its square", {
  points: 3,
  when: "save",
  hidden: true,
  catches: ["scores-all-at-once", "tiles-not-freed", "keys-at-once", "queries-at-once", "mask-of-the-whole", "causal-all-at-once"],
  hint: "Bytes of tensors are counted, for 256, 512 and 1024 positions with a block of 64. A tile has 64 times 64 scores, and what it needed must be gone when the next one begins; its mask too.",
  ask: async (impl, draw, { measure }) => {
    const [flash, causalFlash, standard]: [[number, number][], [number, number][], [number, number][]] = [[], [], []];
    for (const length of LENGTHS) {
      const { q, k, v } = drawHeads(draw, 1, length, 8);
      const flashPeak = async (causal: boolean) => (await measure(() => impl.flashAttention(q, k, v, { block: 64, causal }))).peakBytes;
      flash.push([length, await flashPeak(false)]);
      causalFlash.push([length, await flashPeak(true)]);
      standard.push([length, (await measure(() => impl.standardAttention(q, k, v, false))).peakBytes]);
    }
    return { flash, "flash, causal": causalFlash, standard };
  },
  expect: each({ flash: logSlopeInBand(-0.3, 0.65), "flash, causal": logSlopeInBand(-0.3, 0.65), standard: logSlopeInBand(1.6, 2.2) }),
});

// Eight blocks have 64 tiles, of which 36 are not all future. Measured, by what is made for one block, a tile with a mask: 14 (a mask on the diagonal only) to
// 35.7 (a mask in every tile); where all tiles are computed and masked, 63.8.
check<Surface>("tiles of the future are skipped", {
  points: 1,
  when: "save",
  hidden: true,
  catches: ["future-tiles-computed"],
  hint: "Which blocks of keys does a block of queries see nothing of, where attention is causal? Bytes of tensors are counted, for one block and for eight.",
  ask: async (impl, draw, { measure }) => {
    const madeFor = async (blocks: number) => {
      const { q, k, v } = drawHeads(draw, 1, 128 * blocks, 4);
      return (await measure(() => impl.flashAttention(q, k, v, { block: 128, causal: true }))).madeBytes;
    };
    const one = await madeFor(1);
    return (await madeFor(8)) / one;
  },
  expect: inBand(0, 45),
});

// Measured: the larger block takes 8 times the memory of the smaller one and more; where the block is not used, as much.
check<Surface>("larger blocks take more memory", {
  points: 1,
  when: "save",
  hidden: true,
  catches: ["block-not-used"],
  hint: "`tiling.block` is the caller's choice: so many positions are in a tile, of queries and of keys.",
  ask: async (impl, draw, { measure }) => {
    const { q, k, v } = drawHeads(draw, 1, 512, 16);
    const peakOf = async (block: number) => (await measure(() => impl.flashAttention(q, k, v, { block, causal: false }))).peakBytes;
    return [await peakOf(256), await peakOf(16)];
  },
  expect: ratioAtLeast(1.5),
});

// Measured: standard attention takes 62 times the memory and more. All scores at once: 0.7; tiles that are not freed: 0.6.
check<Surface>("at 1024 and 4096 positions: the same answer with a fraction of the memory", {
  points: 3,
  when: "run",
  hidden: true,
  catches: ["scores-all-at-once", "tiles-not-freed", "accumulator-not-rescaled"],
  hint: "One head of 64 dimensions, blocks of 256. Standard attention needs 4096 times 4096 scores.",
  ask: async (impl, draw, { measure }) => {
    const [short, long] = [drawHeads(draw, 1, 1024, 64), drawHeads(draw, 1, 4096, 64)];
    const tiling = { block: 256, causal: false };
    const flash = await measure(() => impl.flashAttention(long.q, long.k, long.v, tiling));
    const standard = await measure(() => impl.standardAttention(long.q, long.k, long.v, false));
    return {
      "output at 1024": (await impl.flashAttention(short.q, short.k, short.v, tiling)).output,
      "output at 4096": flash.value.output,
      "memory at 4096": [standard.peakBytes, flash.peakBytes],
    };
  },
  expect: each({
    "output at 1024": near.oracle(async (onnx, draw) => (await onnx("attention.onnx", { ...drawHeads(draw, 1, 1024, 64) })).output as TensorData, CLOSE),
    "output at 4096": near.oracle(async (onnx, draw) => {
      drawHeads(draw, 1, 1024, 64);
      return (await onnx("attention.onnx", { ...drawHeads(draw, 1, 4096, 64) })).output as TensorData;
    }, CLOSE),
    "memory at 4096": ratioAtLeast(4),
  }),
});

interface Heads {
  readonly q: TensorData;
  readonly k: TensorData;
  readonly v: TensorData;
}

/** [heads, time, dim]; with `size` 2 scores are of the order of 4 √dim before they are scaled, so that a scale is missed and a maximum moves. */
function drawHeads(draw: Draw, heads: number, time: number, dim: number, size = 2): Heads {
  const shape = [heads, time, dim];
  return { q: draw.normal(shape, 0, size), k: draw.normal(shape, 0, size), v: draw.normal(shape) };
}

interface Case extends Heads {
  readonly block: number;
  readonly causal: boolean;
}

/** A multiple of the block, a remainder, a single tile that is too large, tiles of one position; each causal and not. */
const drawCases = (draw: Draw): Case[] =>
  [
    { block: 4, time: 12 },
    { block: 5, time: draw.integer(11, 14) },
    { block: 16, time: draw.integer(5, 9) },
    { block: 1, time: 4 },
  ].flatMap(({ block, time }) => [false, true].map((causal) => ({ ...drawHeads(draw, draw.integer(1, 3), time, draw.pick([4, 8])), block, causal })));

const outputs = (onnx: Onnx, cases: readonly Case[]): Promise<TensorData[]> =>
  Promise.all(cases.map(async ({ q, k, v, causal }) => (await onnx(causal ? "causal.onnx" : "attention.onnx", { q, k, v })).output as TensorData));

/** In double precision: [heads, time] */
function logSumExp({ q, k, causal }: Case): TensorData {
  const [heads, time, dim] = q.shape as [number, number, number];
  const row = (t: TensorData, i: number) => Array.from(t.data.subarray(i * dim, (i + 1) * dim));
  const score = (i: number, j: number) => row(q, i).reduce((sum, x, d) => sum + x * (row(k, j)[d] as number), 0) / Math.sqrt(dim);
  const logs = Array.from({ length: heads * time }, (_, i) => {
    const first = Math.floor(i / time) * time; // of this head
    const seen = Array.from({ length: causal ? (i % time) + 1 : time }, (_, j) => Math.exp(score(i, first + j)));
    return Math.log(seen.reduce((a, b) => a + b));
  });
  return tensor(logs, [heads, time]);
}
