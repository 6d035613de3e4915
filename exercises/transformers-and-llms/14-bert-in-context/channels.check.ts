import { check, type Draw, dot, exact, near, rows, type TensorData, tensor } from "practicum/check";
import type { Surface } from "./surface.ts";

/** Closed forms in double precision, answers in float32. Measured: correct answers are off by 3e-7, misconceptions by 8e-2 and more. */
const ROUNDING = { rtol: 1e-4, atol: 1e-5 };
const WORD = "channel";

check<Surface>("where the word's pieces stand", {
  points: 2,
  when: "save",
  catches: ["whole-pieces-only", "first-piece-only", "first-occurrence-only", "special-pieces-skipped"],
  hint: "A piece that begins with ## goes on with the word before it. Put the pieces of each word together, then compare.",
  ask: (impl, draw) => Promise.all(drawTexts(draw, ["chan ##nel", "ch ##an ##nel"]).map(({ tokens }) => impl.wordPositions(tokens, WORD))),
  expect: exact.value((draw) => drawTexts(draw, ["chan ##nel", "ch ##an ##nel"]).map(({ places }) => places)),
});

check<Surface>("of a word that is one piece, too", {
  points: 1,
  when: "save",
  hidden: true,
  catches: ["special-pieces-skipped", "first-occurrence-only"],
  hint: "In the vocabulary of a large BERT the word is one piece. Its place is still within a list of its own.",
  ask: (impl, draw) => Promise.all(drawTexts(draw, ["channel"]).map(({ tokens }) => impl.wordPositions(tokens, WORD))),
  expect: exact.value((draw) => drawTexts(draw, ["channel"]).map(({ places }) => places)),
});

check<Surface>("longer words are other words", {
  points: 1,
  when: "save",
  catches: ["longer-words-counted"],
  hint: '"chan ##nel ##s" is the word "channels". A text may have none that is "channel".',
  ask: (impl, draw) => {
    const fill = () => draw.pick(OTHERS);
    return Promise.all([
      impl.wordPositions(["[CLS]", fill(), "chan", "##nel", "##s", fill(), "[SEP]"], WORD),
      impl.wordPositions(["[CLS]", "chan", "##nel", fill(), "chan", "##nel", "##led", "[SEP]"], WORD),
      impl.wordPositions(["[CLS]", "inter", "##chan", "##nel", fill(), "[SEP]"], WORD),
      impl.wordPositions(["[CLS]", fill(), "chan", "##nel", "tele", "##vision", "[SEP]"], "television"),
    ]);
  },
  expect: exact.value([[], [[1, 2]], [], [[4, 5]]]),
});

check<Surface>("the vector of a word is the mean over its places", {
  points: 2,
  when: "save",
  catches: ["pieces-summed", "first-piece-pooled", "whole-text-pooled", "places-of-first-text"],
  hint: "Each text has places of its own, and every layer is pooled in the same way.",
  ask: (impl, draw) => {
    const { hidden, positions } = drawStates(draw);
    return impl.wordVectors(hidden, positions);
  },
  expect: near.value((draw) => {
    const { hidden, positions } = drawStates(draw);
    return pooled(hidden, positions);
  }, ROUNDING),
});

check<Surface>("the rest of the text does not matter to it", {
  points: 1,
  when: "save",
  hidden: true,
  catches: ["whole-text-pooled"],
  hint: "What stands outside of the word's places, padding for one, must not change its vector.",
  ask: async (impl, draw) => {
    const { hidden, positions } = drawStates(draw);
    const [, , time, width] = hidden.shape as [number, number, number, number];
    const batch = positions.length;
    const changed = hidden.data.map((value, i) => {
      const [text, place] = [Math.floor(i / (time * width)) % batch, Math.floor(i / width) % time];
      return positions[text]?.includes(place) ? value : value + 100;
    });
    const [before, after] = [await impl.wordVectors(hidden, positions), await impl.wordVectors(tensor(changed, hidden.shape), positions)];
    return Math.max(...Array.from(before.data, (value, i) => Math.abs(value - (after.data[i] as number))));
  },
  expect: near.value(0, { rtol: 0, atol: 1e-4 }),
});

check<Surface>("cosines between all texts, in each layer", {
  points: 2,
  when: "save",
  catches: ["dot-product", "norm-over-texts", "one-norm-only", "centred-vectors", "distance-for-similarity"],
  hint: "a · b / (|a| |b|), with the norm over the last axis.",
  ask: (impl, draw) => impl.cosineSimilarity(drawVectors(draw)),
  expect: near.value((draw) => cosines(drawVectors(draw)), ROUNDING),
});

check<Surface>("the length of a vector does not matter, and each is like itself", {
  points: 1,
  when: "save",
  hidden: true,
  catches: ["dot-product", "distance-for-similarity", "norm-over-texts"],
  hint: "Twice the vector has the same direction. The cosine of a vector with itself is 1.",
  ask: async (impl, draw) => {
    const vectors = drawVectors(draw);
    const [layers, batch, width] = vectors.shape as [number, number, number];
    const longer = tensor(
      vectors.data.map((value, i) => value * (1 + (Math.floor(i / width) % batch))),
      vectors.shape,
    );
    const matrix = rows(await impl.cosineSimilarity(longer));
    const usual = rows(cosines(vectors));
    const change = Math.max(...matrix.flatMap((row, i) => row.map((value, j) => Math.abs(value - (usual[i]?.[j] as number)))));
    return { change, itself: Array.from({ length: layers * batch }, (_, i) => matrix[i]?.[i % batch] as number) };
  },
  expect: near.value((draw) => {
    const [layers, batch] = drawVectors(draw).shape as [number, number];
    return { change: 0, itself: Array.from({ length: layers * batch }, () => 1) };
  }, ROUNDING),
});

check<Surface>("how far senses separate, in each layer", {
  points: 2,
  when: "save",
  catches: ["paired-with-itself", "separation-upside-down", "divided-by-all-pairs"],
  hint: "Two means, each over pairs of two different texts: those of the same sense, and those of different ones.",
  ask: (impl, draw) => {
    const { similarity, senses } = drawSimilarity(draw);
    return impl.senseSeparation(similarity, senses);
  },
  expect: near.value((draw) => {
    const { similarity, senses } = drawSimilarity(draw);
    return perLayer(similarity, (matrix) => separation(matrix, senses));
  }, ROUNDING),
});

check<Surface>("for how many texts the most similar other one has the same sense", {
  points: 2,
  when: "save",
  catches: ["nearest-is-itself", "itself-at-zero", "least-similar", "accuracy-of-all-layers"],
  hint: "In each row the largest cosine, the text itself left out.",
  ask: (impl, draw) => {
    const { similarity, senses } = drawOpposed(draw);
    return impl.nearestSenseAccuracy(similarity, senses);
  },
  expect: near.value((draw) => {
    const { similarity, senses } = drawOpposed(draw);
    return perLayer(similarity, (matrix) => accuracy(matrix, senses));
  }, ROUNDING),
});

/** Layer after layer the states of the word lean more towards their sense, as in a real model. */
check<Surface>("from pieces to separated senses", {
  points: 3,
  when: "save",
  hidden: true,
  catches: ["first-piece-only", "whole-text-pooled", "paired-with-itself", "centred-vectors", "separation-upside-down"],
  hint: "All of your functions one after the other. Each of them has a check of its own.",
  ask: async (impl, draw) => {
    const { texts, senses, hidden } = drawStudy(draw);
    const found = await Promise.all(texts.map(({ tokens }) => impl.wordPositions(tokens, WORD)));
    const similarity = await impl.cosineSimilarity(
      await impl.wordVectors(
        hidden,
        found.map(([first]) => first ?? [0]),
      ),
    );
    return { separation: await impl.senseSeparation(similarity, senses), accuracy: await impl.nearestSenseAccuracy(similarity, senses) };
  },
  expect: near.value((draw) => {
    const { texts, senses, hidden } = drawStudy(draw);
    const similarity = cosines(
      pooled(
        hidden,
        texts.map(({ places }) => places[0] as number[]),
      ),
    );
    return { separation: perLayer(similarity, (matrix) => separation(matrix, senses)), accuracy: perLayer(similarity, (matrix) => accuracy(matrix, senses)) };
  }, ROUNDING),
});

const OTHERS = ["the", "a", "old", "water", "is", "on"];

interface Text {
  readonly tokens: string[];
  readonly places: number[][];
}

/** Texts with the word once, twice and thrice, between others of one or two pieces. @param ways how the word is cut */
function drawTexts(draw: Draw, ways: readonly string[]): Text[] {
  return [1, 2, 3].map((times) => {
    const tokens = ["[CLS]"];
    const places: number[][] = [];
    for (let time = 0; time < times; time++) {
      for (let i = draw.integer(1, 3); i > 0; i--) tokens.push(...draw.pick([...OTHERS, "broad ##cast", "ship ##s"]).split(" "));
      const pieces = draw.pick(ways).split(" ");
      places.push(pieces.map((_, i) => tokens.length + i));
      tokens.push(...pieces);
    }
    return { tokens: [...tokens, draw.pick(OTHERS), "[SEP]"], places };
  });
}

/** Every text has other places, and another number of them. */
function drawStates(draw: Draw): { hidden: TensorData; positions: number[][] } {
  const time = 8;
  const positions = [1, 2, 3, 2].map((count) => {
    const first = draw.integer(1, time - 1 - count);
    return Array.from({ length: count }, (_, i) => first + i);
  });
  return { hidden: draw.normal([draw.integer(2, 4), positions.length, time, draw.integer(4, 8)], 0.5), positions };
}

/** Of different lengths, and not centred. */
function drawVectors(draw: Draw): TensorData {
  const shape = [draw.integer(2, 4), draw.integer(4, 7), draw.integer(8, 10)];
  const width = shape[2] as number;
  const values = draw.normal(shape, 1);
  return tensor(
    values.data.map((value, i) => value * (1 + (Math.floor(i / width) % 5))),
    shape,
  );
}

/** Cosines of drawn vectors, and senses that differ in number. */
function drawSimilarity(draw: Draw): { similarity: TensorData; senses: string[] } {
  const senses = ["water", "television", "water", "communication", "television", "water", "communication", "television", "water"];
  return { similarity: cosines(draw.normal([3, senses.length, 6], 0.3)), senses };
}

/** With one layer more, in which every two texts are opposed to each other: the nearest has a negative cosine, and mostly another sense. */
function drawOpposed(draw: Draw): { similarity: TensorData; senses: string[] } {
  const { similarity, senses } = drawSimilarity(draw);
  const batch = senses.length;
  const cosine = Array.from({ length: batch * batch }, () => draw.number(-0.9, -0.1));
  const opposed = cosine.map((_, at) => {
    const [i, j] = [Math.floor(at / batch), at % batch];
    return i === j ? 1 : (cosine[Math.min(i, j) * batch + Math.max(i, j)] as number);
  });
  return { similarity: tensor([...similarity.data, ...opposed], [(similarity.shape[0] as number) + 1, batch, batch]), senses };
}

/** Twelve texts; states of the word go from noise to the direction of its sense. */
function drawStudy(draw: Draw): { texts: Text[]; senses: string[]; hidden: TensorData } {
  const names = ["television", "water", "communication"];
  const senses = Array.from({ length: 12 }, (_, i) => names[i % 3] as string);
  const texts = senses.map(() => drawTexts(draw, ["chan ##nel"])[0] as Text);
  const [layers, time, width] = [4, Math.max(...texts.map(({ tokens }) => tokens.length)), 12];
  const noise = draw.normal([layers, 12, time, width], 0.3);
  const directions = draw.normal([3, width], 0, 1);
  const data = noise.data.map((value, i) => {
    const [dimension, place, text, layer] = [i % width, Math.floor(i / width) % time, Math.floor(i / (width * time)) % 12, Math.floor(i / (width * time * 12))];
    const own = texts[text]?.places[0]?.includes(place);
    return own ? value + 0.7 * layer * (directions.data[(text % 3) * width + dimension] as number) : value;
  });
  return { texts, senses, hidden: tensor(data, noise.shape) };
}

function pooled(hidden: TensorData, positions: readonly (readonly number[])[]): TensorData {
  const [layers, batch, time, width] = hidden.shape as [number, number, number, number];
  const at = (layer: number, text: number, place: number, dimension: number) =>
    hidden.data[((layer * batch + text) * time + place) * width + dimension] as number;
  const values = Array.from({ length: layers * batch * width }, (_, i) => {
    const [dimension, text, layer] = [i % width, Math.floor(i / width) % batch, Math.floor(i / (width * batch))];
    return mean((positions[text] as readonly number[]).map((place) => at(layer, text, place, dimension)));
  });
  return tensor(values, [layers, batch, width]);
}

function cosines(vectors: TensorData): TensorData {
  const [layers, batch] = vectors.shape as [number, number];
  const all = rows(vectors);
  const values = Array.from({ length: layers * batch * batch }, (_, i) => {
    const [b, a, layer] = [i % batch, Math.floor(i / batch) % batch, Math.floor(i / (batch * batch))];
    const [x, y] = [all[layer * batch + a], all[layer * batch + b]] as [number[], number[]];
    return dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y));
  });
  return tensor(values, [layers, batch, batch]);
}

type Matrix = readonly (readonly number[])[];

function perLayer(similarity: TensorData, measure: (matrix: Matrix) => number): TensorData {
  const [layers, batch] = similarity.shape as [number, number];
  const all = rows(similarity);
  return tensor(
    Array.from({ length: layers }, (_, layer) => measure(all.slice(layer * batch, (layer + 1) * batch))),
    [layers],
  );
}

function separation(matrix: Matrix, senses: readonly string[]): number {
  const pairs = matrix.flatMap((row, i) => row.slice(i + 1).map((cosine, k) => ({ cosine, same: senses[i] === senses[i + 1 + k] })));
  const meanOf = (same: boolean) => mean(pairs.filter((pair) => pair.same === same).map(({ cosine }) => cosine));
  return meanOf(true) - meanOf(false);
}

const accuracy = (matrix: Matrix, senses: readonly string[]): number =>
  mean(
    matrix.map((row, i) => {
      const others = row.map((cosine, j) => (j === i ? -2 : cosine)); // below every cosine
      return Number(senses[others.indexOf(Math.max(...others))] === senses[i]);
    }),
  );

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
