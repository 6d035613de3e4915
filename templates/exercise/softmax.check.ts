import { check, type Draw, near, rows, type TensorData, tensor } from "practicum/check";
import type { Surface } from "./surface.ts";

/** Answers are float32, the expected ones float64. Measured: correct answers are off by 1e-7, misconceptions by 0.01 and more. */
const ROUNDING = { rtol: 0, atol: 1e-5 };

const small = (draw: Draw): TensorData => draw.normal([draw.integer(3, 6), draw.integer(7, 12)]);
const large = (draw: Draw): TensorData => draw.normal([draw.integer(3, 6), draw.integer(7, 12)], 1000, 3);

/** The definition, in float64; shifting a row changes nothing. */
function expected(scores: TensorData): TensorData {
  const answer = rows(scores).flatMap((row) => {
    const powers = row.map((score) => Math.exp(score - Math.max(...row)));
    const sum = powers.reduce((a, b) => a + b, 0);
    return powers.map((power) => power / sum);
  });
  return tensor(answer, scores.shape);
}

check<Surface>("each row sums to 1", {
  points: 1,
  when: "save",
  catches: ["over-columns"],
  hint: "Which axis of [rows, columns] goes along a row?",
  ask: async (impl, draw) => rows(await impl.softmax(small(draw))).map((row) => row.reduce((a, b) => a + b, 0)),
  expect: near.value((draw) => rows(small(draw)).map(() => 1), ROUNDING),
});

check<Surface>("the exponentials of a row by their sum", {
  points: 2,
  when: "save",
  catches: ["over-columns", "powers-of-two"],
  hint: "Work out a row of two scores, 0 and 1, by hand.",
  ask: (impl, draw) => impl.softmax(small(draw)),
  expect: near.value((draw) => expected(small(draw)), ROUNDING),
});

check<Surface>("large scores stay numbers", {
  points: 1,
  when: "save",
  hidden: true,
  catches: ["not-shifted"],
  hint: "What is the exponential of 1000 in float32?",
  ask: (impl, draw) => impl.softmax(large(draw)),
  // Near 1000, float32 numbers are 6e-5 apart: the difference of a score and a logarithm is no closer.
  expect: near.value((draw) => expected(large(draw)), { rtol: 0, atol: 1e-3 }),
});
