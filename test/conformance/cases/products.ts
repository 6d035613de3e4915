/** Products of matrices in every layout: attention, projections, experts. */
import { type Case, shape } from "../case.ts";
import { at, build, type Doubles, erf, map, product, reshape, sum, transposed } from "../doubles.ts";

/** Whether a and b are transposed. */
const LAYOUTS = [
  [false, false],
  [false, true],
  [true, false],
  [true, true],
] as const;

/** [lead of a, lead of b, rows, inner, columns]; beyond the sizes of tiles, and off their multiples. */
const SIZES: readonly [what: string, a: readonly number[], b: readonly number[], n: number, k: number, m: number][] = [
  ["of matrices", [], [], 3, 4, 5],
  ["of a row and a column", [], [], 1, 7, 1],
  ["of large matrices", [], [], 67, 130, 65],
  ["of batches", [2, 3], [2, 3], 4, 5, 3],
  ["of large batches", [3], [3], 33, 65, 34],
];

const swapped = (lead: readonly number[], n: number, m: number, swap: boolean) => shape(...lead, ...(swap ? [m, n] : [n, m]));
const plain = (x: Doubles, swap: boolean): Doubles => (swap ? transposed(x) : x);
const nameOf = (what: string, a: boolean, b: boolean) => `${what}, ${a ? "Aᵀ" : "A"} ${b ? "Bᵀ" : "B"}`;

const layouts: readonly Case[] = SIZES.flatMap(([what, a, b, n, k, m]) =>
  LAYOUTS.map(([ta, tb]): Case => {
    // The text of a function sees no variable: each layout has its own.
    const ask: Record<string, Case["ask"]> = {
      "false,false": (tf, [x, y]) => tf.matMul(x, y),
      "false,true": (tf, [x, y]) => tf.matMul(x, y, false, true),
      "true,false": (tf, [x, y]) => tf.matMul(x, y, true, false),
      "true,true": (tf, [x, y]) => tf.matMul(x, y, true, true),
    };
    return {
      name: `matMul ${nameOf(what, ta, tb)}`,
      inputs: [swapped(a, n, k, ta), swapped(b, k, m, tb)],
      ask: ask[`${ta},${tb}`] as Case["ask"],
      expect: ([x, y]) => product(plain(x, ta), plain(y, tb)),
      gradient: n < 10,
    };
  }),
);

const fused: readonly Case[] = [
  {
    name: "fused matMul with bias",
    inputs: [shape(3, 4), shape(4, 5), shape(5)],
    ask: (tf, [a, b, bias]) => tf.fused.matMul({ a, b, bias }),
    expect: ([a, b, bias]) => map((x, y) => x + y, product(a, b), bias),
  },
  {
    name: "fused matMul, A Bᵀ, inner length 64",
    inputs: [shape(5, 64), shape(6, 64), shape(6)],
    ask: (tf, [a, b, bias]) => tf.fused.matMul({ a, b, bias, transposeB: true }),
    expect: ([a, b, bias]) => map((x, y) => x + y, product(a, transposed(b)), bias),
  },
  {
    name: "fused matMul, Aᵀ B, with relu",
    inputs: [shape(64, 5), shape(64, 6), shape(6)],
    ask: (tf, [a, b, bias]) => tf.fused.matMul({ a, b, bias, transposeA: true, activation: "relu" }),
    expect: ([a, b, bias]) => map((x, y) => Math.max(0, x + y), product(transposed(a), b), bias),
  },
];

export const products: readonly Case[] = [
  ...layouts,
  ...fused,
  {
    name: "matMul of a batch and one matrix",
    inputs: [shape(2, 3, 4), shape(1, 4, 5)],
    ask: (tf, [a, b]) => tf.matMul(a, b),
    expect: ([a, b]) => product(a, b),
  },
  {
    name: "dot of vectors",
    inputs: [shape(7), shape(7)],
    ask: (tf, [a, b]) => tf.dot(a, b),
    expect: ([a, b]) => build([], () => sum(Array.from(a.data, (v, i) => v * (b.data[i] as number)))),
  },
  {
    name: "outerProduct",
    inputs: [shape(3), shape(4)],
    ask: (tf, [a, b]) => tf.outerProduct(a, b),
    expect: ([a, b]) => product(reshape(a, [3, 1]), reshape(b, [1, 4])),
  },
  {
    name: "einsum bhqd,bhkd->bhqk",
    inputs: [shape(2, 2, 3, 4), shape(2, 2, 5, 4)],
    ask: (tf, [q, k]) => tf.einsum("bhqd,bhkd->bhqk", q, k),
    expect: ([q, k]) => product(q, transposed(k)),
  },
  { name: "einsum ij->ji", inputs: [shape(3, 4)], ask: (tf, [x]) => tf.einsum("ij->ji", x), expect: ([x]) => transposed(x) },
  {
    name: "einsum btd,de->bte",
    inputs: [shape(2, 3, 4), shape(4, 5)],
    ask: (tf, [x, w]) => tf.einsum("btd,de->bte", x, w),
    expect: ([x, w]) => build([2, 3, 5], (b, t, e) => sum([0, 1, 2, 3].map((d) => at(x, b as number, t as number, d) * at(w, d, e as number)))),
  },
  {
    name: "a layer with GELU, by erf",
    inputs: [shape(3, 4), shape(4, 5)],
    ask: (tf, [x, w]) => {
      const h = tf.matMul(x, w);
      return h.mul(0.5).mul(tf.erf(h.div(Math.SQRT2)).add(1));
    },
    expect: ([x, w]) => map((h) => 0.5 * h * (1 + erf(h / Math.SQRT2)), product(x, w)),
  },
];
