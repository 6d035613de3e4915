import { check, type Draw, dot, exact, falls, near, type Remote, rows, type TensorData, tensor } from "practicum/check";
import type { Surface } from "./surface.ts";

/**
 * The closed forms below are float64, answers are float32: an angle carries the rounding of its frequency times the position. Measured:
 * correct answers are off by 2e-5 up to position 300 and by 2e-4 up to 2048, the misconceptions that a check names by 0.3 and more.
 */
const ROUNDING = { rtol: 0, atol: 1e-3 };

/** Radians by which pair i turns from one position to the next. */
const frequency = (pair: number, width: number): number => 10000 ** ((-2 * pair) / width);
const pairsOf = (width: number): number[] => Array.from({ length: width / 2 }, (_, i) => i);

const closedForm = ({ length, width }: Size): TensorData =>
  tensor(Array.from({ length }, (_, t) => pairsOf(width).flatMap((i) => [Math.sin(t * frequency(i, width)), Math.cos(t * frequency(i, width))])).flat(), [
    length,
    width,
  ]);

interface Size {
  readonly length: number;
  readonly width: number;
}
/** An even width and an odd length: never square, so that a transposed answer shows. From 2 pairs on, as one pair hides most misconceptions. */
const small = (draw: Draw): Size => ({ width: 2 * draw.integer(2, 12), length: 2 * draw.integer(1, 15) + 1 });
const middle = (draw: Draw): Size => ({ width: 2 * draw.integer(16, 32), length: draw.integer(70, 100) });
const large = (draw: Draw): Size => ({ width: 2 * draw.integer(33, 48), length: draw.integer(150, 200) });
const extremes = (draw: Draw): Size[] => [{ width: 2, length: draw.integer(2, 9) }, { width: 2 * draw.integer(1, 9), length: 1 }, large(draw)];

/** Misconceptions about single values. */
const VALUES = [
  "sine-and-cosine-swapped",
  "halves-instead-of-pairs",
  "only-sines",
  "exponent-half",
  "frequency-for-each-column",
  "exponent-not-divided",
  "base-1000",
  "angles-multiplied",
  "angles-with-two-pi",
  "positions-from-one",
];

const encode = (impl: Remote<Surface>, { length, width }: Size): Promise<TensorData> => impl.positionalEncoding(length, width);
const encodedRows = async (impl: Remote<Surface>, size: Size): Promise<number[][]> => rows(await encode(impl, size));

check<Surface>("one row for each position, one column for each dimension", {
  points: 1,
  when: "save",
  catches: ["transposed"],
  hint: "The shape is [length, width].",
  ask: async (impl, draw) => {
    const { shape, dtype } = await encode(impl, small(draw));
    return { shape, dtype };
  },
  expect: exact.value((draw) => {
    const { length, width } = small(draw);
    return { shape: [length, width], dtype: "float32" };
  }),
});

check<Surface>("position 0 is 0, 1, 0, 1 and so on", {
  points: 1,
  when: "save",
  catches: ["sine-and-cosine-swapped", "halves-instead-of-pairs", "positions-from-one"],
  hint: "All angles of position 0 are 0. What are their sine and cosine, and in which order do they stand?",
  ask: async (impl, draw) => (await encodedRows(impl, small(draw)))[0],
  expect: near.value((draw) => pairsOf(small(draw).width).flatMap(() => [0, 1]), ROUNDING),
});

check<Surface>("sines and cosines of position / 10000^(2i/d), side by side", {
  points: 3,
  when: "save",
  catches: VALUES,
  hint: "Compare row 1: its columns are sin 1, cos 1, then the sine and cosine of 10000^(-2/d), and so on.",
  ask: (impl, draw) => encode(impl, small(draw)),
  expect: near.value((draw) => closedForm(small(draw)), ROUNDING),
});

check<Surface>("of any length and width", {
  points: 1,
  when: "save",
  hidden: true,
  catches: VALUES,
  hint: "Is anything in your code tied to one length or one width?",
  ask: (impl, draw) => Promise.all(extremes(draw).map((size) => encode(impl, size))),
  expect: near.value((draw) => extremes(draw).map(closedForm), ROUNDING),
});

check<Surface>("every position has the same norm, √(d/2)", {
  points: 1,
  when: "save",
  hidden: true,
  catches: ["only-sines", "frequency-for-each-column"],
  hint: "sin² + cos² = 1 holds for a sine and a cosine of one angle.",
  ask: async (impl, draw) => (await encodedRows(impl, middle(draw))).map((row) => Math.sqrt(dot(row, row))),
  expect: near.value((draw) => {
    const { length, width } = middle(draw);
    return Array.from({ length }, () => Math.sqrt(width / 2));
  }, ROUNDING),
});

check<Surface>("a step of k positions turns each pair by the same angle, wherever it starts", {
  points: 1,
  when: "save",
  hidden: true,
  catches: ["sine-and-cosine-swapped", "exponent-half", "base-1000", "angles-with-two-pi"],
  hint: "sin(a + b) = sin a cos b + cos a sin b, and pair i turns by k / 10000^(2i/d).",
  ask: async (impl, draw) => {
    const size = middle(draw);
    const encoding = await encodedRows(impl, size);
    return drawSteps(draw, size).map(([from, to]) => turnsBetween(encoding[from] as number[], encoding[to] as number[]));
  },
  expect: near.value((draw) => {
    const size = middle(draw);
    return drawSteps(draw, size).map(([from, to]) => pairsOf(size.width).flatMap((i) => turn((to - from) * frequency(i, size.width))));
  }, ROUNDING),
});

/** Four [from, to] of positions. */
const drawSteps = (draw: Draw, { length }: Size): [number, number][] =>
  Array.from({ length: 4 }, () => {
    const step = draw.integer(1, 40);
    const from = draw.integer(0, length - 1 - step);
    return [from, from + step];
  });

const turn = (angle: number): [number, number] => [Math.sin(angle), Math.cos(angle)];

/** Sine and cosine of the angle between each pair of one row and the same pair of another, where a pair is [sine, cosine]. */
const turnsBetween = (from: readonly number[], to: readonly number[]): number[] =>
  pairsOf(from.length).flatMap((i) => {
    const [s, c, S, C] = [from[2 * i], from[2 * i + 1], to[2 * i], to[2 * i + 1]] as [number, number, number, number];
    return [S * c - C * s, C * c + S * s];
  });

check<Surface>("the mean over all pairs of rows that are k apart", {
  points: 2,
  when: "save",
  catches: ["sum-of-pairs", "mean-over-length", "mean-over-dimensions", "first-row-only", "wraps-around", "cosine-similarity", "distances-from-one"],
  hint: "Asked of small matrices of random numbers. There are `length - k` pairs of rows t and t + k.",
  ask: (impl, draw) => Promise.all(drawMatrices(draw).map(({ matrix, maxDistance }) => impl.dotByDistance(matrix, maxDistance))),
  // Measured: correct answers are off by 3e-6, misconceptions by 0.2 and more.
  expect: near.value((draw) => drawMatrices(draw).map(({ matrix, maxDistance }) => meanDots(rows(matrix), maxDistance)), { rtol: 1e-4, atol: 1e-4 }),
});

/** One asked for all distances that it has, and a smaller one that may be asked for fewer. */
function drawMatrices(draw: Draw): { matrix: TensorData; maxDistance: number }[] {
  const [many, few] = [draw.integer(12, 24), draw.integer(2, 8)];
  return [
    { matrix: draw.normal([many, draw.integer(3, 12)]), maxDistance: many - 1 },
    { matrix: draw.normal([few, draw.integer(1, 12)]), maxDistance: draw.integer(1, few - 1) },
  ];
}

check<Surface>("distance 0 alone, also of a single row", {
  points: 1,
  when: "save",
  hidden: true,
  catches: ["mean-over-dimensions", "cosine-similarity"],
  hint: "With `maxDistance` 0 the answer has one element: the mean squared norm of the rows.",
  ask: (impl, draw) => Promise.all(drawAlone(draw).map((matrix) => impl.dotByDistance(matrix, 0))),
  // Measured: correct answers are off by 3e-6, misconceptions by 0.2 and more.
  expect: near.value((draw) => drawAlone(draw).map((matrix) => meanDots(rows(matrix), 0)), { rtol: 1e-4, atol: 1e-4 }),
});

const drawAlone = (draw: Draw): TensorData[] => [draw.normal([1, draw.integer(8, 12)]), draw.normal([draw.integer(2, 8), draw.integer(8, 12)])];

function meanDots(matrix: readonly number[][], maxDistance: number): TensorData {
  const means = Array.from({ length: maxDistance + 1 }, (_, k) => {
    const products = matrix.slice(k).map((later, t) => dot(matrix[t] as number[], later));
    return products.reduce((sum, product) => sum + product, 0) / products.length;
  });
  return tensor(means, [maxDistance + 1]);
}

check<Surface>("the dot product depends on the distance only", {
  points: 1,
  when: "save",
  hidden: true,
  catches: ["only-sines", "frequency-for-each-column"],
  hint: "cos(a - b) = cos a cos b + sin a sin b: with both of a pair's numbers in place, only the difference of the angles is left.",
  ask: async (impl, draw) => {
    const size = middle(draw);
    const encoding = await encodedRows(impl, size);
    const step = draw.integer(1, 40);
    const starts = Array.from({ length: 8 }, () => draw.integer(1, size.length - 1 - step));
    const first = dot(encoding[0] as number[], encoding[step] as number[]);
    return starts.map((t) => dot(encoding[t] as number[], encoding[t + step] as number[]) - first);
  },
  expect: near.value(() => Array.from({ length: 8 }, () => 0), ROUNDING),
});

check<Surface>("the dot product at distance k is the sum of cos(k / 10000^(2i/d))", {
  points: 2,
  when: "save",
  catches: [
    "exponent-half",
    "frequency-for-each-column",
    "exponent-not-divided",
    "base-1000",
    "angles-with-two-pi",
    "sum-of-pairs",
    "mean-over-dimensions",
    "cosine-similarity",
  ],
  hint: "Your two functions, one after the other.",
  ask: async (impl, draw) => impl.dotByDistance(await encode(impl, middle(draw)), 40),
  // A sum over 16 to 32 pairs. Measured: correct answers are off by 5e-5, misconceptions by 1 and more.
  expect: near.value(
    (draw) => {
      const { width } = middle(draw);
      const cosines = (k: number) => pairsOf(width).reduce((sum, i) => sum + Math.cos(k * frequency(i, width)), 0);
      return tensor(
        Array.from({ length: 41 }, (_, k) => cosines(k)),
        [41],
      );
    },
    { rtol: 0, atol: 5e-3 },
  ),
});

// Last tenth by first tenth of 64 distances: 0.54 to 0.56 for these widths; about 1 for the misconceptions.
check<Surface>("it decays: far positions have a smaller dot product than near ones", {
  points: 1,
  when: "save",
  hidden: true,
  catches: ["exponent-not-divided", "wraps-around"],
  hint: "Look at the plot of Run Exercise: where does the curve stop falling, and which distances are those?",
  ask: async (impl, draw) => {
    const width = draw.pick([64, 128, 256]);
    return impl.dotByDistance(await impl.positionalEncoding(65, width), 64);
  },
  expect: falls(0.75),
});

check<Surface>("as long and as wide as a real model's", {
  points: 1,
  when: "run",
  hidden: true,
  catches: ["sine-and-cosine-swapped", "halves-instead-of-pairs", "base-1000", "frequency-for-each-column"],
  hint: "2048 positions by 512 dimensions: does rounding spoil your large angles?",
  ask: (impl) => impl.positionalEncoding(2048, 512),
  expect: near.value(() => closedForm({ length: 2048, width: 512 }), ROUNDING),
});
