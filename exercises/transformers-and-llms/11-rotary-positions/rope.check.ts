import { check, type Draw, dot, near, rows, type TensorData, tensor } from "practicum/check";
import type { Surface } from "./surface.ts";

/** Radians by which pair i turns from one position to the next. */
const frequency = (pair: number, dim: number, base: number): number => base ** ((-2 * pair) / dim);
const pairsOf = (dim: number): number[] => Array.from({ length: dim / 2 }, (_, i) => i);

/** In float64: [position][pair]. */
const anglesOf = (positions: TensorData, dim: number, base: number): number[][] =>
  Array.from(positions.data, (position) => pairsOf(dim).map((i) => position * frequency(i, dim, base)));

/** A sequence for one layer of attention. */
interface Heads {
  /** [batch, heads, time, dim] */
  readonly x: TensorData;
  /** [time] */
  readonly positions: TensorData;
  readonly base: number;
}
const dimOf = ({ x }: Heads): number => x.shape[3] as number;

/** From 2 pairs on, as one pair hides most misconceptions. No two axes of one size, so that a wrong one shows. Positions may be negative. The base is not 10000. */
function drawHeads(draw: Draw, farthest = 200): Heads {
  const time = draw.integer(5, 9);
  const x = draw.normal([draw.integer(1, 2), draw.integer(3, 4), time, 2 * draw.integer(5, 12)]);
  return { x, positions: draw.integers([time], -farthest, farthest), base: draw.pick([500, 2000, 100_000]) };
}

/** What the graphs need to know of the positions: cosines and sines of their angles, [batch, time, dim / 2]. */
function turns({ x, positions, base }: Heads): { cos: TensorData; sin: TensorData } {
  const [batch, , time, dim] = x.shape as [number, number, number, number];
  const angles = anglesOf(positions, dim, base).flat();
  const table = (of: (angle: number) => number) => tensor(Array.from({ length: batch }, () => angles.map(of)).flat(), [batch, time, dim / 2]);
  return { cos: table(Math.cos), sin: table(Math.sin) };
}

// Measured to position 200: correct answers are off by 1e-5 (an angle carries the rounding of its frequency times the position), misconceptions by 0.5 and more.
const ROUNDING = { rtol: 0, atol: 1e-3 };

check<Surface>("an angle is the position times base^(-2i/dim)", {
  points: 2,
  when: "save",
  catches: ["positions-from-one", "exponent-half", "angles-multiplied", "base-always-10000"],
  hint: "The first pair turns by 1 radian from one position to the next, whatever the base. All later ones turn more slowly.",
  ask: (impl, draw) => {
    const heads = drawHeads(draw);
    return impl.ropeAngles(heads.positions, dimOf(heads), heads.base);
  },
  expect: near.value((draw) => {
    const heads = drawHeads(draw);
    return tensor(anglesOf(heads.positions, dimOf(heads), heads.base).flat(), [heads.positions.data.length, dimOf(heads) / 2]);
  }, ROUNDING),
});

check<Surface>("every pair of neighbours is turned by its angle", {
  points: 3,
  when: "save",
  catches: [
    "half-split-instead-of-pairs",
    "rotated-the-other-way",
    "updated-in-place",
    "added-instead-of-rotated",
    "positions-ignored",
    "positions-from-one",
    "table-from-zero",
  ],
  hint: "(a, b) becomes (a cos - b sin, a sin + b cos). Which two dimensions are a and b, and which position is it?",
  ask: (impl, draw) => {
    const { x, positions, base } = drawHeads(draw);
    return impl.applyRope(x, positions, base);
  },
  expect: near.oracle(async (onnx, draw) => {
    const heads = drawHeads(draw);
    return (await onnx("rotate.onnx", { x: heads.x, ...turns(heads) })).turned as TensorData;
  }, ROUNDING),
});

check<Surface>("position 0 changes nothing", {
  points: 1,
  when: "save",
  catches: ["positions-from-one", "added-instead-of-rotated"],
  hint: "All angles of position 0 are 0. What is a rotation by 0?",
  ask: (impl, draw) => {
    const { x, base } = drawHeads(draw);
    return impl.applyRope(x, draw.integers([x.shape[2] as number], 0, 0), base);
  },
  expect: near.value((draw) => drawHeads(draw).x, ROUNDING),
});

check<Surface>("a rotation keeps the length of every pair", {
  points: 1,
  when: "save",
  hidden: true,
  catches: ["half-split-instead-of-pairs", "updated-in-place", "added-instead-of-rotated"],
  hint: "a² + b² is the same before and after: sin² + cos² = 1.",
  ask: async (impl, draw) => {
    const { x, positions, base } = drawHeads(draw);
    return lengthsOfPairs(await impl.applyRope(x, positions, base));
  },
  expect: near.value((draw) => lengthsOfPairs(drawHeads(draw).x), ROUNDING),
});

const lengthsOfPairs = (x: TensorData): number[] =>
  Array.from({ length: x.data.length / 2 }, (_, i) => Math.hypot(x.data[2 * i] as number, x.data[2 * i + 1] as number));

check<Surface>("scores are those of rotated queries and rotated keys, over √dim", {
  points: 2,
  when: "save",
  catches: ["keys-not-rotated", "key-positions-from-zero", "unscaled-scores", "scaled-by-dim", "half-split-instead-of-pairs", "rotated-the-other-way"],
  hint: "Also asked as a decoder with a cache asks: a few queries at late positions, and the keys of all positions before.",
  ask: (impl, draw) =>
    Promise.all(drawAttention(draw).map(({ queries, keys }) => impl.attentionScores(queries.x, keys.x, queries.positions, keys.positions, keys.base))),
  // A sum of 10 to 24 products. Measured: correct answers are off by 5e-6, misconceptions by 2 and more.
  expect: near.oracle(
    (onnx, draw) =>
      Promise.all(
        drawAttention(draw).map(async ({ queries, keys }) => {
          const [{ cos: queryCos, sin: querySin }, { cos: keyCos, sin: keySin }] = [turns(queries), turns(keys)];
          return (await onnx("scores.onnx", { q: queries.x, k: keys.x, queryCos, querySin, keyCos, keySin })).scores as TensorData;
        }),
      ),
    ROUNDING,
  ),
});

interface Attention {
  readonly queries: Heads;
  readonly keys: Heads;
}

/** A whole sequence that does not begin at position 0, and one or two queries with the keys of a longer past. */
function drawAttention(draw: Draw): Attention[] {
  const whole = drawHeads(draw);
  const [batch, heads, time, dim] = whole.x.shape as [number, number, number, number];
  const many = time + draw.integer(2, 8);
  const past = { ...whole, x: draw.normal([batch, heads, many, dim]), positions: counting(draw.integer(1, 50), many) };
  const few = draw.integer(1, 2);
  const last = { ...whole, x: draw.normal([batch, heads, few, dim]), positions: counting((past.positions.data.at(-1) as number) + 1 - few, few) };
  return [
    { queries: whole, keys: { ...whole, x: draw.normal(whole.x.shape) } },
    { queries: last, keys: past },
  ];
}

const counting = (from: number, count: number): TensorData =>
  tensor(
    Array.from({ length: count }, (_, i) => from + i),
    [count],
    "int32",
  );

check<Surface>("scores depend on relative positions only", {
  points: 2,
  when: "save",
  hidden: true,
  catches: ["keys-not-rotated", "key-positions-from-zero", "added-instead-of-rotated", "updated-in-place"],
  hint: "Move the queries and the keys by the same number of positions: no score may change. Move the keys alone: the scores change.",
  ask: async (impl, draw) => {
    const [{ queries, keys }] = drawAttention(draw) as [Attention];
    const shift = draw.integer(100, 1000);
    const scores = (byQuery: number, byKey: number) =>
      impl.attentionScores(queries.x, keys.x, moved(queries.positions, byQuery), moved(keys.positions, byKey), keys.base);
    const [here, there, apart] = [await scores(0, 0), await scores(shift, shift), await scores(0, shift)];
    return { "both moved": maxDifference(here, there), "keys moved": maxDifference(here, apart) > 0.1 };
  },
  // Measured: correct answers change by 3e-5 at most (rounding of angles up to 1200 radians), misconceptions by 2 and more.
  expect: near.value({ "both moved": 0, "keys moved": true }, { rtol: 0, atol: 1e-2 }),
});

const moved = ({ data, shape }: TensorData, by: number): TensorData =>
  tensor(
    Array.from(data, (position) => position + by),
    shape,
    "int32",
  );

const maxDifference = (a: TensorData, b: TensorData): number => Array.from(a.data).reduce((max, x, i) => Math.max(max, Math.abs(x - (b.data[i] as number))), 0);

interface Couple {
  readonly q: TensorData;
  readonly k: TensorData;
  readonly length: number;
  readonly base: number;
}

function drawCouple(draw: Draw): Couple {
  const dim = 2 * draw.integer(4, 16);
  return { q: draw.normal([dim]), k: draw.normal([dim]), length: draw.integer(20, 40), base: draw.pick([500, 2000, 100_000]) };
}

/** q · R(n - m) k, where pair i of R turns by the distance times its frequency: no position stands in it. */
function dotAt({ q, k, base }: Couple, distance: number): number {
  const dim = q.data.length;
  const turnedKey = pairsOf(dim).flatMap((i) => {
    const [a, b] = [k.data[2 * i] as number, k.data[2 * i + 1] as number];
    const angle = distance * frequency(i, dim, base);
    return [a * Math.cos(angle) - b * Math.sin(angle), a * Math.sin(angle) + b * Math.cos(angle)];
  });
  return dot(q.data, turnedKey);
}

check<Surface>("the map holds q · R(n - m) k", {
  points: 2,
  when: "save",
  catches: ["map-transposed", "map-scaled", "map-key-not-moved", "half-split-instead-of-pairs", "rotated-the-other-way", "added-instead-of-rotated"],
  hint: "Row m has the query at position m, column n the key at position n. On the diagonal both stand at one place: there it is q · k.",
  ask: (impl, draw) => {
    const { q, k, length, base } = drawCouple(draw);
    return impl.dotProductMap(q, k, length, base);
  },
  expect: near.value((draw) => {
    const couple = drawCouple(draw);
    const places = Array.from({ length: couple.length }, (_, i) => i);
    return tensor(
      places.flatMap((m) => places.map((n) => dotAt(couple, n - m))),
      [couple.length, couple.length],
    );
  }, ROUNDING),
});

check<Surface>("every diagonal of the map is constant", {
  points: 1,
  when: "save",
  hidden: true,
  catches: ["map-key-not-moved", "updated-in-place", "added-instead-of-rotated"],
  hint: "On a diagonal the distance is the same everywhere.",
  ask: async (impl, draw) => {
    const { q, k, length, base } = drawCouple(draw);
    const map = rows(await impl.dotProductMap(q, k, length, base));
    return map.slice(1).map((row, m) => Math.max(...row.slice(1).map((value, n) => Math.abs(value - ((map[m] as number[])[n] as number)))));
  },
  expect: near.value((draw) => Array.from({ length: drawCouple(draw).length - 1 }, () => 0), ROUNDING),
});

check<Surface>("as far out as a long text", {
  points: 1,
  when: "run",
  hidden: true,
  catches: ["half-split-instead-of-pairs", "base-always-10000", "exponent-half", "positions-from-one"],
  hint: "Positions up to 8192 in 128 dimensions, with base 500000: does rounding spoil your large angles?",
  ask: (impl, draw) => {
    const { x, positions, base } = drawFarOut(draw);
    return impl.applyRope(x, positions, base);
  },
  // Measured: correct answers are off by 2e-3 (float32 has no finer angle there), misconceptions by 3 and more.
  expect: near.oracle(
    async (onnx, draw) => {
      const heads = drawFarOut(draw);
      return (await onnx("rotate.onnx", { x: heads.x, ...turns(heads) })).turned as TensorData;
    },
    { rtol: 0, atol: 2e-2 },
  ),
});

const drawFarOut = (draw: Draw): Heads => ({ x: draw.normal([2, 8, 64, 128]), positions: draw.integers([64], 4096, 8192), base: 500_000 });
