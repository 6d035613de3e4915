import { check, type Draw, exact, near, type Sent, type TensorData, tensor } from "practicum/check";
import type { Grouping, LayerWeights, Surface } from "./surface.ts";

// Measured on wasm over 15 seeds: correct implementations differ from the oracle by at most 7e-6, misconceptions by at least 0.4.
const CLOSE = { rtol: 1e-4, atol: 1e-4 };

check<Surface>("each head is repeated in a row", {
  points: 1,
  when: "save",
  catches: ["heads-in-turns"],
  hint: "Two heads a and b, three times each: a, a, a, b, b, b.",
  ask: (impl, draw) => {
    const { x, times } = drawCopies(draw);
    return impl.repeatHeads(x, times);
  },
  expect: exact.value((draw) => {
    const { x, times } = drawCopies(draw);
    const [batch, heads, time, dim] = x.shape as [number, number, number, number];
    const head = (i: number) => x.data.subarray(i * time * dim, (i + 1) * time * dim);
    const copies = Array.from({ length: batch * heads * times }, (_, i) => Array.from(head(Math.floor(i / times))));
    return tensor(copies.flat(), [batch, heads * times, time, dim]);
  }),
});

const drawCopies = (draw: Draw) => ({ x: draw.normal([2, draw.integer(2, 4), draw.integer(2, 5), draw.integer(2, 4)]), times: draw.integer(2, 4) });

check<Surface>("query heads of a group attend with its keys and values", {
  points: 3,
  when: "save",
  catches: [
    "heads-in-turns",
    "values-in-turns",
    "unscaled-scores",
    "scaled-by-width",
    "softmax-over-queries",
    "no-causal-mask",
    "mask-off-by-one",
    "mask-too-small",
    "mask-after-softmax",
  ],
  hint: "With 8 query heads and 2 heads of keys and values, the query heads 0 to 3 look at head 0. Everything else is causal attention.",
  ask: (impl, draw) => Promise.all(drawHeads(draw).map(({ q, k, v }) => impl.groupedAttention(q, k, v))),
  expect: near.oracle(
    (onnx, draw) => Promise.all(drawHeads(draw).map(async (heads) => (await onnx("attention.onnx", { ...heads })).mixed as TensorData)),
    CLOSE,
  ),
});

check<Surface>("the future changes nothing", {
  points: 1,
  when: "save",
  hidden: true,
  catches: ["no-causal-mask", "mask-off-by-one", "mask-after-softmax"],
  hint: "Change the keys and values of the last position: nothing before it may change.",
  ask: async (impl, draw) => {
    const { q, k, v } = drawHeads(draw)[0] as Heads;
    const [before, after] = [await impl.groupedAttention(q, k, v), await impl.groupedAttention(q, ...([k, v].map(changeLast) as [TensorData, TensorData]))];
    const time = q.shape[2] as number;
    const positions = maxDifferences(before, after);
    return { past: Math.max(...positions.slice(0, -1)), "the last position changes": (positions[time - 1] as number) > 1e-2 };
  },
  // Exactly 0 where the future has a weight of 0.
  expect: near.value({ past: 0, "the last position changes": true }, { rtol: 0, atol: 1e-5 }),
});

check<Surface>("a layer projects, attends and projects", {
  points: 3,
  when: "save",
  catches: ["heads-without-transpose", "heads-in-turns", "values-in-turns", "unscaled-scores", "no-causal-mask"],
  hint: "A head owns neighbouring columns of each projection. Reshape to [batch, time, count, dim], then swap the two middle axes.",
  ask: (impl, draw) => Promise.all(drawLayers(draw).map(({ x, weights, grouping }) => impl.layer(x, weights, grouping))),
  expect: near.oracle((onnx, draw) => {
    const whole = (n: number) => tensor([n], [1], "int32");
    const answer = async ({ x, weights, grouping: { heads, kvHeads } }: Layer) =>
      (await onnx("layer.onnx", { x, ...weights, heads: whole(heads), kvHeads: whole(kvHeads) })).y;
    return Promise.all(drawLayers(draw).map(answer)) as Promise<TensorData[]>;
  }, CLOSE),
});

check<Surface>("a pooled head is the mean of its group", {
  points: 1,
  when: "save",
  catches: ["pool-in-turns", "pool-summed", "pool-first"],
  hint: "The same groups as in attention: neighbouring heads. Each pooled column is the mean of one column of each of them.",
  ask: (impl, draw) => {
    const { weight, grouping } = drawPooling(draw);
    return impl.poolHeads(weight, grouping);
  },
  expect: near.value((draw) => pooled(drawPooling(draw)), CLOSE),
});

check<Surface>("where heads are alike, grouping loses nothing", {
  points: 2,
  when: "save",
  hidden: true,
  catches: ["pool-in-turns", "pool-summed", "heads-in-turns"],
  hint: "If all heads of a group have the same keys and values, a grouped layer with pooled projections answers as the multi-head layer does.",
  ask: async (impl, draw) => {
    const { x, weights, grouping } = drawLayers(draw)[0] as Layer;
    const { heads, kvHeads } = grouping;
    const multiHead = { ...weights, key: spread(weights.key, grouping), value: spread(weights.value, grouping) };
    const grouped = { ...weights, key: await impl.poolHeads(multiHead.key, grouping), value: await impl.poolHeads(multiHead.value, grouping) };
    const [before, after] = [await impl.layer(x, multiHead, { heads, kvHeads: heads }), await impl.layer(x, grouped, { heads, kvHeads })];
    return Math.max(...Array.from(before.data, (y, i) => Math.abs(y - (after.data[i] as number))));
  },
  expect: near.value(0, { rtol: 0, atol: 1e-4 }),
});

// Orders of arithmetic agree to 1e-15; the nearest misconception is off by a tenth.
const COUNTED = { rtol: 1e-9, atol: 0 };

check<Surface>("bytes of the cache", {
  points: 1,
  when: "save",
  catches: ["query-heads-cached", "keys-only", "numbers-for-bytes"],
  hint: "Keys and values of each head that has its own, 4 bytes for each number.",
  ask: async (impl, draw) =>
    (await Promise.all(drawSizes(draw).map(({ width, grouping, load }) => impl.memory(width, grouping, load)))).map(({ cache }) => cache),
  expect: near.value(
    (draw) => drawSizes(draw).map(({ width, grouping: { heads, kvHeads }, load }) => (8 * load.batch * load.length * width * kvHeads) / heads),
    COUNTED,
  ),
});

check<Surface>("bytes of the projections", {
  points: 1,
  when: "save",
  hidden: true,
  catches: ["full-width-projections", "numbers-for-bytes"],
  hint: "Queries and output are as wide as the stream. How many columns make the keys, how many the values?",
  ask: async (impl, draw) =>
    (await Promise.all(drawSizes(draw).map(({ width, grouping, load }) => impl.memory(width, grouping, load)))).map(({ weights }) => weights),
  expect: near.value((draw) => drawSizes(draw).map(({ width, grouping: { heads, kvHeads } }) => 8 * width * (width + (width * kvHeads) / heads)), COUNTED),
});

check<Surface>("8 query heads in 2 groups: a quarter of the cache, five eighths of the projections", {
  points: 1,
  when: "save",
  catches: ["query-heads-cached", "full-width-projections"],
  hint: "Compared with multi-head attention of the same width: only keys and values become fewer.",
  ask: async (impl, draw) => {
    const { load } = drawSizes(draw)[0] as Size;
    const [grouped, multiHead] = [await impl.memory(512, { heads: 8, kvHeads: 2 }, load), await impl.memory(512, { heads: 8, kvHeads: 8 }, load)];
    return { cache: grouped.cache / multiHead.cache, weights: grouped.weights / multiHead.weights };
  },
  expect: near.value({ cache: 1 / 4, weights: 5 / 8 }, COUNTED),
});

check<Surface>("at the size of a real layer", {
  points: 2,
  when: "run",
  hidden: true,
  catches: ["heads-in-turns", "values-in-turns", "scaled-by-width", "mask-off-by-one"],
  hint: "8 query heads of 64 numbers in 2 groups, 256 positions.",
  ask: (impl, draw) => {
    const { q, k, v } = drawGroup(draw, 1, 2, 4, 256, 64);
    return impl.groupedAttention(q, k, v);
  },
  expect: near.oracle(async (onnx, draw) => (await onnx("attention.onnx", { ...drawGroup(draw, 1, 2, 4, 256, 64) })).mixed as TensorData, CLOSE),
});

interface Heads {
  readonly q: TensorData;
  readonly k: TensorData;
  readonly v: TensorData;
}

/** The exercise's own grouping, a drawn one, none (multi-head), all in one group (multi-query), a single position, and scores of several hundred, which a mask has to outweigh. */
function drawHeads(draw: Draw): Heads[] {
  const time = () => draw.integer(4, 12);
  return [
    drawGroup(draw, 2, 2, 4, time(), 8),
    drawGroup(draw, 1, draw.integer(3, 4), draw.integer(2, 3), time(), draw.pick([4, 16])),
    drawGroup(draw, 1, draw.integer(2, 4), 1, time(), 8),
    drawGroup(draw, 2, 1, draw.integer(2, 4), time(), 4),
    drawGroup(draw, 1, 2, 2, 1, 8),
    drawGroup(draw, 1, 2, 2, 8, draw.pick([4, 16]), (shape) => wholeNumbers(draw, shape)),
  ];
}

/** @param scoring draws queries and keys: large ones, so that a scale is missed */
function drawGroup(
  draw: Draw,
  batch: number,
  kvHeads: number,
  group: number,
  time: number,
  dim: number,
  scoring = (shape: readonly number[]) => draw.normal(shape, 0, 2),
): Heads {
  const shape = (heads: number) => [batch, heads, time, dim];
  return { q: scoring(shape(kvHeads * group)), k: scoring(shape(kvHeads)), v: draw.normal(shape(kvHeads)) };
}

/** float32 adds and multiplies them without rounding, and divides by the root of 4 or 16 without: scores are large and yet the same in any order of the sums. */
const wholeNumbers = (draw: Draw, shape: readonly number[]): TensorData => tensor(draw.integers(shape, -40, 40).data, shape);

interface Layer {
  readonly x: TensorData;
  readonly weights: Sent<LayerWeights>;
  readonly grouping: Grouping;
}

function drawLayers(draw: Draw): Layer[] {
  return [
    { batch: 2, kvHeads: 2, group: 4 },
    { batch: 1, kvHeads: draw.integer(2, 3), group: draw.integer(2, 3) },
  ].map(({ batch, kvHeads, group }) => {
    const [heads, dim] = [kvHeads * group, draw.pick([4, 6])];
    const width = heads * dim;
    const matrix = (columns: number, scale: number) => draw.normal([width, columns], 0, scale / Math.sqrt(width));
    const weights = { query: matrix(width, 2), key: matrix(kvHeads * dim, 2), value: matrix(kvHeads * dim, 1), output: matrix(width, 1) };
    return { x: draw.normal([batch, draw.integer(4, 8), width]), weights, grouping: { heads, kvHeads } };
  });
}

interface Pooling {
  readonly weight: TensorData;
  readonly grouping: Grouping;
}

function drawPooling(draw: Draw): Pooling {
  const [kvHeads, group, dim] = [draw.integer(2, 4), draw.integer(2, 4), draw.integer(2, 5)];
  return { weight: draw.normal([draw.integer(3, 8), kvHeads * group * dim]), grouping: { heads: kvHeads * group, kvHeads } };
}

/** In double precision: column c of head g is the mean of columns c of the heads of group g. */
function pooled({ weight, grouping: { heads, kvHeads } }: Pooling): TensorData {
  const [width, columns] = weight.shape as [number, number];
  const [dim, group] = [columns / heads, heads / kvHeads];
  const at = (row: number, head: number, c: number) => weight.data[row * columns + head * dim + c] as number;
  const mean = (row: number, g: number, c: number) => Array.from({ length: group }, (_, i) => at(row, g * group + i, c)).reduce((a, b) => a + b) / group;
  const values = Array.from({ length: width * kvHeads * dim }, (_, i) => {
    const [row, column] = [Math.floor(i / (kvHeads * dim)), i % (kvHeads * dim)];
    return mean(row, Math.floor(column / dim), column % dim);
  });
  return tensor(values, [width, kvHeads * dim]);
}

/** A grouped projection as that of a multi-head layer whose heads are alike within each group: [width, kvHeads * dim] -> [width, heads * dim] */
function spread(weight: TensorData, { heads, kvHeads }: Grouping): TensorData {
  const [width, columns] = weight.shape as [number, number];
  const dim = columns / kvHeads;
  const values = Array.from({ length: width * heads * dim }, (_, i) => {
    const [row, column] = [Math.floor(i / (heads * dim)), i % (heads * dim)];
    const group = Math.floor((Math.floor(column / dim) * kvHeads) / heads);
    return weight.data[row * columns + group * dim + (column % dim)] as number;
  });
  return tensor(values, [width, heads * dim]);
}

/** [batch, heads, time, dim], the last position with its numbers negated and larger */
function changeLast({ shape, data }: TensorData): TensorData {
  const [time, dim] = shape.slice(-2) as [number, number];
  return tensor(
    Array.from(data, (x, i) => (Math.floor(i / dim) % time === time - 1 ? 1 - 2 * x : x)),
    shape,
  );
}

/** Largest difference at each position of [batch, heads, time, dim]. */
function maxDifferences(a: TensorData, b: TensorData): number[] {
  const [time, dim] = a.shape.slice(-2) as [number, number];
  const largest = new Array<number>(time).fill(0);
  a.data.forEach((x, i) => {
    const position = Math.floor(i / dim) % time;
    largest[position] = Math.max(largest[position] as number, Math.abs(x - (b.data[i] as number)));
  });
  return largest;
}

interface Size {
  readonly width: number;
  readonly grouping: Grouping;
  readonly load: { readonly batch: number; readonly length: number };
}

const drawSizes = (draw: Draw): Size[] =>
  [2, 4, 8].map((group) => {
    const kvHeads = draw.integer(1, 8);
    const heads = kvHeads * group;
    return { width: heads * draw.pick([64, 80, 128]), grouping: { heads, kvHeads }, load: { batch: draw.integer(2, 32), length: draw.integer(100, 10_000) } };
  });
