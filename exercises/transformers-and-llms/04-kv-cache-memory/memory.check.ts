import { check, type Draw, exact, near, type Remote, type TensorData } from "practicum/check";
import type { Budget, Decoder, Load, NumberFormat, Surface } from "./surface.ts";

/** LLaMA 7B and models of its size (Touvron et al., 2023). */
const SEVEN_BILLION: Decoder = { layers: 32, heads: 32, kvHeads: 32, headSize: 128 };
const BITS: Readonly<Record<NumberFormat, number>> = { float32: 32, float16: 16, bfloat16: 16, float8: 8, int8: 8, int4: 4 };
const FORMATS = Object.keys(BITS) as NumberFormat[];

/** Every count stays below 2^53, so that all are exact whatever the order of the arithmetic. */
const perToken = ({ layers, kvHeads, headSize }: Decoder, format: NumberFormat): number => (2 * layers * kvHeads * headSize * BITS[format]) / 8;

/** @param group query heads for each head of keys and values; never as many as there are of these, so that one is not taken for the other */
function drawDecoder(draw: Draw, group: number): Decoder {
  const kvHeads = draw.pick([3, 5, 6, 7, 9]);
  return { layers: draw.integer(10, 100), heads: kvHeads * group, kvHeads, headSize: draw.pick([64, 80, 96, 128]) };
}

const drawMultiHead = (draw: Draw): Decoder[] => Array.from({ length: 3 }, () => drawDecoder(draw, 1));
const drawGrouped = (draw: Draw): Decoder[] => Array.from({ length: 4 }, () => drawDecoder(draw, draw.pick([2, 4, 8])));

const askPerToken = (impl: Remote<Surface>, decoders: readonly Decoder[], format: NumberFormat): Promise<number[]> =>
  Promise.all(decoders.map((decoder) => impl.bytesPerToken(decoder, format)));

check<Surface>("a 7B model with 4096 tokens in float16 keeps 2 GiB", {
  points: 2,
  when: "save",
  catches: ["keys-only", "one-layer", "one-head", "bits-for-bytes", "gigabytes-for-gibibytes", "one-token"],
  hint: "32 layers, 32 heads of 128 numbers, 4096 tokens, 2 bytes for each number. What is there twice?",
  ask: async (impl) => impl.inGiB(await impl.cacheBytes(SEVEN_BILLION, { batch: 1, length: 4096, format: "float16" })),
  expect: near.value(2, { rtol: 0, atol: 1e-9 }),
});

check<Surface>("bytes per token of multi-head attention in float16", {
  points: 1,
  when: "save",
  catches: ["keys-only", "one-layer", "one-head", "bits-for-bytes"],
  hint: "A key and a value of `headSize` numbers, for each head of each layer.",
  ask: (impl, draw) => askPerToken(impl, drawMultiHead(draw), "float16"),
  expect: exact.value((draw) => drawMultiHead(draw).map((decoder) => perToken(decoder, "float16"))),
});

check<Surface>("heads that share keys and values keep them once", {
  points: 2,
  when: "save",
  catches: ["query-heads-cached", "group-size-for-groups", "one-head"],
  hint: "Queries are never cached. How many heads have a key of their own?",
  ask: (impl, draw) => askPerToken(impl, drawGrouped(draw), "float16"),
  expect: exact.value((draw) => drawGrouped(draw).map((decoder) => perToken(decoder, "float16"))),
});

check<Surface>("every number format", {
  points: 1,
  when: "save",
  hidden: true,
  catches: ["always-float16", "int4-in-a-byte", "bits-for-bytes"],
  hint: "float32, float16, bfloat16, float8, int8, int4: `surface.ts` says how many bits each takes. A byte has 8.",
  ask: (impl, draw) => {
    const decoder = drawDecoder(draw, 4);
    return Promise.all(FORMATS.map((format) => impl.bytesPerToken(decoder, format)));
  },
  expect: exact.value((draw) => {
    const decoder = drawDecoder(draw, 4);
    return FORMATS.map((format) => perToken(decoder, format));
  }),
});

check<Surface>("every token of every sequence has a place in it", {
  points: 2,
  when: "save",
  hidden: true,
  catches: ["one-sequence", "one-token", "query-heads-cached", "keys-only"],
  hint: "Two sequences have no token in common, so nothing in the cache is shared by them.",
  ask: (impl, draw) => Promise.all(drawLoads(draw).map(({ decoder, ...load }) => impl.cacheBytes(decoder, load))),
  expect: exact.value((draw) => drawLoads(draw).map(({ decoder, batch, length, format }) => batch * length * perToken(decoder, format))),
});

const drawLoads = (draw: Draw): (Load & { decoder: Decoder })[] =>
  [1, 2, 4, 8].map((group) => ({
    decoder: drawDecoder(draw, group),
    batch: draw.integer(2, 64),
    length: draw.integer(100, 100_000),
    format: draw.pick(FORMATS),
  }));

check<Surface>("a GiB has 2^30 bytes", {
  points: 1,
  when: "save",
  catches: ["gigabytes-for-gibibytes"],
  hint: "GB are counted in thousands, GiB in 1024s.",
  ask: (impl, draw) => Promise.all(drawSizes(draw).map((bytes) => impl.inGiB(bytes))),
  // Divisions in one step and in three agree to 1e-15; a GB is 7% smaller.
  expect: near.value((draw) => drawSizes(draw).map((bytes) => bytes / 2 ** 30), { rtol: 1e-9, atol: 0 }),
});

const drawSizes = (draw: Draw): number[] => Array.from({ length: 4 }, () => draw.integer(1e6, 1e12));

check<Surface>("the longest sequence that fits", {
  points: 2,
  when: "save",
  catches: ["context-rounded-up", "context-of-one-sequence", "query-heads-cached", "keys-only"],
  hint: "When each sequence of the batch grows by a token, the cache grows by `batch` tokens. Half a token is none.",
  ask: (impl, draw) => Promise.all(drawBudgets(draw).map(({ decoder, ...budget }) => impl.longestSequence(decoder, budget))),
  expect: exact.value((draw) => drawBudgets(draw).map(({ decoder, bytes, batch, format }) => Math.floor(bytes / (batch * perToken(decoder, format))))),
});

/** Budgets that fit exactly, by a byte too little, and with something left over. */
const drawBudgets = (draw: Draw): (Budget & { decoder: Decoder })[] =>
  [() => 0, () => -1, (position: number) => draw.integer(1, position - 1)].map((over) => {
    const [decoder, batch, format] = [drawDecoder(draw, draw.pick([2, 4])), draw.integer(2, 32), draw.pick(FORMATS)];
    const position = batch * perToken(decoder, format);
    return { decoder, batch, format, bytes: draw.integer(1000, 100_000) * position + over(position) };
  });

check<Surface>("as large as the cache that ONNX Runtime keeps", {
  points: 1,
  when: "save",
  hidden: true,
  catches: ["keys-only", "query-heads-cached", "group-size-for-groups", "one-sequence", "one-layer", "always-float16"],
  hint: "ONNX Runtime runs a layer of grouped-query attention with a cache in float32, and counts what it holds afterwards.",
  ask: (impl, draw) => {
    const { decoder, batch, past } = drawLayer(draw);
    return impl.cacheBytes(decoder, { batch, length: past + 1, format: "float32" });
  },
  expect: near.oracle(
    async (onnx, draw) => {
      const { decoder, batch, past } = drawLayer(draw);
      const { heads, kvHeads, headSize, layers } = decoder;
      const ofHeads = (count: number, time: number) => draw.normal([batch, count, time, headSize]);
      const inputs = {
        q: ofHeads(heads, 1),
        k: ofHeads(kvHeads, 1),
        v: ofHeads(kvHeads, 1),
        pastKeys: ofHeads(kvHeads, past),
        pastValues: ofHeads(kvHeads, past),
      };
      const { keys, values } = (await onnx("cache.onnx", inputs)) as { keys: TensorData; values: TensorData };
      return layers * (keys.data.byteLength + values.data.byteLength);
    },
    { rtol: 0, atol: 0 }, // a count
  ),
});

/** Small, as it is computed: only `layers` is a factor of the count. */
const drawLayer = (draw: Draw) => ({
  decoder: { ...drawDecoder(draw, draw.pick([2, 4])), headSize: draw.pick([4, 8]) },
  batch: draw.integer(2, 4),
  past: draw.integer(3, 30),
});
