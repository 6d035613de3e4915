/** The textbook effects of exercises 06, 08 and 15, at their sizes, as a learner's program meets them: each pair interleaved in one process. */
import { type Bench, median, type Row, spread } from "./measure.ts";
import { absent, type Measured, measuredBy } from "./program.ts";

/** Causal attention of one query position over a cache, and what the programs share. Shapes: [batch, heads, time, dim]. */
const SHARED = `
const ms = async (work: () => tf.Tensor) => { const t = performance.now(); const x = tf.tidy(work); await x.data(); x.dispose(); return performance.now() - t; };
const attend = (q: tf.Tensor, k: tf.Tensor, v: tf.Tensor) => tf.matMul(tf.softmax(tf.matMul(q, k, false, true).mul(1 / Math.sqrt(q.shape.at(-1)!))), v);
`;

/** One layer of 4 heads of 32: the last position of every step is computed from all tokens anew, or from the keys and values that are kept. */
const KV_CACHE = `${SHARED}
const stream = random(1);
const [width, heads] = [128, 4];
const w = stream.normals([width, 3 * width], 0, 0.05) as tf.Tensor2D;
const split = (x: tf.Tensor) => x.reshape([1, -1, heads, width / heads]).transpose([0, 2, 1, 3]);
const project = (x: tf.Tensor2D) => tf.split(x.matMul(w), 3, 1).map(split) as [tf.Tensor, tf.Tensor, tf.Tensor];
const merge = (y: tf.Tensor) => y.transpose([0, 2, 1, 3]).reshape([-1, width]) as tf.Tensor2D;
const mask = (n: number) => tf.linalg.bandPart(tf.ones([n, n]), -1, 0).sub(1).mul(1e9);
const full = (x: tf.Tensor2D) => { const [q, k, v] = project(x); const scores = tf.matMul(q, k, false, true).mul(1 / Math.sqrt(width / heads)).add(mask(x.shape[0])); return merge(tf.matMul(tf.softmax(scores), v)); };
async function generate(tokens: number, cached: boolean): Promise<number> {
  const t = performance.now();
  let x = tf.ones([1, width]) as tf.Tensor2D, k: tf.Tensor | undefined, v: tf.Tensor | undefined, last = x;
  for (let i = 0; i < tokens; i++) {
    const next = tf.tidy(() => {
      if (!cached) { const y = full(x); return { x: x.concat(y.slice([x.shape[0] - 1, 0], [1, width])) as tf.Tensor2D, last, k: x, v: x }; }
      const [q, newK, newV] = project(last);
      const [keys, values] = [k ? tf.concat([k, newK], 2) : newK, v ? tf.concat([v, newV], 2) : newV];
      return { x, last: merge(attend(q, keys, values)), k: keys, v: values };
    });
    ({ x, last, k, v } = next);
  }
  await (cached ? last : x).data();
  tf.disposeVariables();
  return performance.now() - t;
}
for (const tokens of [32, 128, 256]) for (let round = 0; round < 4; round++) {
  tf.engine().startScope();
  const times = { recomputed: await generate(tokens, false), cached: await generate(tokens, true) };
  tf.engine().endScope();
  if (round > 0) trace.log({ ["recomputed " + tokens]: times.recomputed, ["cached " + tokens]: times.cached }, round);
}`;

/** One new token against a cache of 4096, 8 query heads of 64: with a key and value head for each, or for groups of four. */
const GQA = `${SHARED}
const stream = random(1);
const [time, dim] = [4096, 64];
for (let round = 0; round < 12; round++) for (const groups of [8, 2]) {
  const [k, v] = [stream.normals([1, groups, time, dim]), stream.normals([1, groups, time, dim])];
  const q = stream.normals([1, groups, 8 / groups, dim]); // the queries of a group read the same keys
  const t = await ms(() => attend(q, k, v));
  if (round > 1) trace.log({ ["ms " + groups]: t, ["bytes " + groups]: (k.size + v.size) * 4 }, round);
  tf.dispose([q, k, v]);
}`;

/** Standard attention holds the scores of all pairs; tiled by 1024, those of one tile, with the running maximum and sum of each row (Dao et al., 2022). */
const flash = (time: number, heads: number, tiled: boolean) => `${SHARED}
const stream = random(1);
const [q, k, v] = [0, 1, 2].map(() => stream.normals([1, ${heads}, ${time}, 64])) as [tf.Tensor, tf.Tensor, tf.Tensor];
const TILE = Math.min(1024, ${time});
const rows = (x: tf.Tensor, at: number) => x.slice([0, 0, at, 0], [-1, -1, TILE, -1]);
const tile = (at: number) => tf.tidy(() => {
  const query = rows(q, at).mul(1 / 8);
  let [out, most, sum] = [tf.zeros([1, ${heads}, TILE, 64]), tf.fill([1, ${heads}, TILE, 1], -1e30), tf.zeros([1, ${heads}, TILE, 1])] as tf.Tensor[];
  for (let from = 0; from < ${time}; from += TILE) {
    [out, most, sum] = tf.tidy(() => {
      const scores = tf.matMul(query, rows(k, from), false, true); // [1, heads, tile, tile]
      const higher = tf.maximum(most!, scores.max(-1, true));
      const [scale, weights] = [tf.exp(most!.sub(higher)), tf.exp(scores.sub(higher))];
      return [out!.mul(scale).add(tf.matMul(weights, rows(v, from))), higher, sum!.mul(scale).add(weights.sum(-1, true))];
    });
  }
  return out!.div(sum!);
});
const compute = () => ${tiled ? `tf.concat(Array.from({ length: ${time} / TILE }, (_, i) => tile(i * TILE)), 2)` : "attend(q, k, v)"};
if (${time} <= 4096) await ms(compute);
trace.log({ ms: await ms(compute) }, ${time});
const { peakBytes } = await tf.profile(() => tf.tidy(compute));
trace.log({ peak: peakBytes }, ${time});`;

export const rows: Bench = async (dist) => [...(await kvCache(dist)), ...(await gqa(dist)), ...(await flashRows(dist))];

async function kvCache(dist: string): Promise<Row[]> {
  const { series, backend } = await measuredBy(dist, KV_CACHE);
  return [32, 128, 256].flatMap((tokens): Row[] => {
    const [recomputed, cached] = [series.get(`recomputed ${tokens}`) ?? [], series.get(`cached ${tokens}`) ?? []];
    const row = { metric: "kv_cache", unit: "ms", note: backend };
    return [
      { ...row, what: `generate ${tokens} tokens, recomputed`, ...spread(recomputed) },
      { ...row, what: `generate ${tokens} tokens, cached`, ...spread(cached), ratio: median(cached) / median(recomputed), to: "recomputed" },
    ];
  });
}

async function gqa(dist: string): Promise<Row[]> {
  const { series, backend } = await measuredBy(dist, GQA);
  const of = (name: string) => series.get(name) ?? [];
  const row = { metric: "gqa_decode", note: backend };
  return [
    { ...row, what: "one token, cache of 4096, 8 KV heads", unit: "ms", ...spread(of("ms 8")) },
    {
      ...row,
      what: "one token, cache of 4096, 2 KV heads",
      unit: "ms",
      ...spread(of("ms 2")),
      ratio: median(of("ms 2")) / median(of("ms 8")),
      to: "8 KV heads",
    },
    {
      ...row,
      what: "cache of 4096, 2 KV heads",
      unit: "MB",
      value: median(of("bytes 2")) / 1e6,
      ratio: median(of("bytes 2")) / median(of("bytes 8")),
      to: "8 KV heads",
    },
  ];
}

const FLASH: readonly [time: number, heads: number, tiled: boolean][] = [
  [1024, 1, false],
  [1024, 1, true],
  [4096, 1, false],
  [4096, 1, true],
  [16_384, 1, true],
  [16_384, 2, false], // scores of 2 GiB, and softmax holds more than one such: it cannot fit, and says so
];

async function flashRows(dist: string): Promise<Row[]> {
  const found: Row[] = [];
  for (const [time, heads, tiled] of FLASH) {
    const what = `${tiled ? "tiled" : "standard"} attention, ${time} positions${heads > 1 ? `, ${heads} heads` : ""}`;
    try {
      const measured = await measuredBy(dist, flash(time, heads, tiled));
      found.push(
        { metric: "flash_attention", what, unit: "ms", value: only(measured, "ms"), note: measured.backend },
        { metric: "flash_attention", what: `${what}, peak`, unit: "MB", value: only(measured, "peak") / 1e6 },
      );
    } catch (error) {
      found.push(absent({ metric: "flash_attention", what, unit: "ms" }, error));
    }
  }
  return found;
}

const only = ({ series }: Measured, name: string): number => series.get(name)?.[0] ?? Number.NaN;
