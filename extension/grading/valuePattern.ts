/** How the whole of a wrong answer relates to the expected one: what a person would see who looks at both side by side. */
import { sizeOf } from "../protocol/tensor.ts";
import { formatNumber, formatShape } from "./describe.ts";
import { everyPair, MAX_LOOKED_AT, type Table, type View, viewOf } from "./table.ts";

/** Fewer elements agree by chance. */
const ENOUGH = 4;
const MAX_RANK = 5;
/** Far above the rounding of float32, far below what a learner would call another number. */
const CLOSE = 1e-4;

/** @returns a sentence, or nothing when no relation holds for every element */
export function valuePattern(got: Table, want: Table): string | undefined {
  const { length } = got.data;
  if (length < ENOUGH || length > MAX_LOOKED_AT || length !== want.data.length) return undefined;
  const [from, to] = [numbersOf(got), numbersOf(want)];
  if (!from.every(Number.isFinite) || !to.every(Number.isFinite) || isLevel(to)) return undefined;
  const scale = to.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  const near = (a: number, b: number) => Math.abs(a - b) <= CLOSE * (Math.abs(b) + scale);
  const same = (a: View, b: View) => everyPair(a, b, (i, j) => near(from[i] as number, to[j] as number));
  const sameShape = formatShape(got.shape) === formatShape(want.shape);
  return (sameShape ? inValue(from, to, near) : undefined) ?? (got.shape.length <= MAX_RANK ? inOrder(got.shape, want.shape, same) : undefined);
}

/** A constant factor, or something added throughout. */
function inValue(got: readonly number[], want: readonly number[], near: (a: number, b: number) => boolean): string | undefined {
  const squares = want.reduce((sum, x) => sum + x * x, 0);
  const factor = got.reduce((sum, x, i) => sum + x * (want[i] as number), 0) / squares;
  const scaled = (by: number) => got.every((x, i) => near(x / by, want[i] as number));
  if (Math.abs(factor) > CLOSE && !near(factor, 1) && Math.abs(factor - 1) > 0.01 && scaled(factor)) {
    return Math.abs(factor + 1) <= CLOSE ? "The values are the expected ones, negated." : `The values are the expected ones times ${nameOf(factor)}.`;
  }
  const added = got.reduce((sum, x, i) => sum + x - (want[i] as number), 0) / got.length;
  return got.every((x, i) => near(x - added, want[i] as number))
    ? `The values are the expected ones plus ${formatNumber(rounded(added))}, everywhere.`
    : undefined;
}

/** The same numbers in other places. */
function inOrder(got: readonly number[], want: readonly number[], same: (a: View, b: View) => boolean): string | undefined {
  const plain = viewOf(got);
  const expected = viewOf(want);
  if (formatShape(got) === formatShape(want)) {
    for (const [axis, size] of got.entries()) {
      if (size > 1 && same(plain, reversed(expected, axis))) return `The values are the expected ones in reverse order along axis ${axis}.`;
    }
    for (const [axis, size] of got.entries()) {
      if (size < 3) continue;
      if (same(part(plain, axis, 0), part(expected, axis, 1))) return shifted("ahead", axis);
      if (same(part(plain, axis, 1), part(expected, axis, 0))) return shifted("behind", axis);
    }
  }
  for (const order of orders(want.length)) {
    const moved = { shape: order.map((axis) => want[axis] as number), strides: order.map((axis) => expected.strides[axis] as number), offset: 0 };
    if (formatShape(moved.shape) === formatShape(got) && same(plain, moved)) return orderSentence(order);
  }
  const inLine = viewOf([sizeOf(got)]);
  return formatShape(got) !== formatShape(want) && same(inLine, inLine)
    ? "The values are the expected ones in the same order, under another shape."
    : undefined;
}

const reversed = ({ shape, strides, offset }: View, axis: number): View => ({
  shape,
  strides: strides.map((step, i) => (i === axis ? -step : step)),
  offset: offset + ((shape[axis] as number) - 1) * (strides[axis] as number),
});

/** All but one index of an axis: the last, or, from 1 on, the first. */
const part = ({ shape, strides, offset }: View, axis: number, from: 0 | 1): View => ({
  shape: shape.map((size, i) => (i === axis ? size - 1 : size)),
  strides,
  offset: offset + from * (strides[axis] as number),
});

const shifted = (way: "ahead" | "behind", axis: number): string =>
  `The values are the expected ones, one place ${way} along axis ${axis}: what stands at index i is expected at i ${way === "ahead" ? "+" : "-"} 1.`;

function orderSentence(order: readonly number[]): string {
  const moved = order.filter((axis, i) => axis !== i);
  if (order.length === 2) return "The values are the expected ones, transposed.";
  return moved.length === 2
    ? `The values are the expected ones with axes ${Math.min(...moved)} and ${Math.max(...moved)} swapped.`
    : `The values are the expected ones with the axes in the order ${order.join(", ")}.`;
}

/** Every order of so many axes but the one that changes nothing; swaps of two first, as they are the likeliest. */
function orders(rank: number): number[][] {
  const all = (left: readonly number[]): number[][] =>
    left.length === 0 ? [[]] : left.flatMap((axis) => all(left.filter((other) => other !== axis)).map((rest) => [axis, ...rest]));
  const movedIn = (order: readonly number[]) => order.filter((axis, i) => axis !== i).length;
  return all(Array.from({ length: rank }, (_, axis) => axis))
    .filter((order) => movedIn(order) > 0)
    .sort((a, b) => movedIn(a) - movedIn(b));
}

/** A factor as a formula would have it, where it is one: 2, 1/8, √8, 1/√8. */
function nameOf(factor: number): string {
  const [sign, size] = [factor < 0 ? "-" : "", Math.abs(factor)];
  const whole = (x: number) => (x >= 1.5 && x <= 10_000 && Math.abs(x - Math.round(x)) <= CLOSE * x ? String(Math.round(x)) : undefined);
  const [times, part, root, inverseRoot] = [whole(size), whole(1 / size), whole(size ** 2), whole(1 / size ** 2)];
  if (times) return `${sign}${times}`;
  if (part) return `${sign}1/${part}`;
  if (root) return `${sign}√${root}`;
  return inverseRoot ? `${sign}1/√${inverseRoot}` : formatNumber(factor, 4);
}

/** Without the digits that float32 does not carry. */
const rounded = (x: number): number => Number(x.toPrecision(5));

const numbersOf = ({ data }: Table): number[] => Array.from(data, Number);

/** Of such numbers a factor and an addition cannot be told apart. */
const isLevel = (values: readonly number[]): boolean => values.every((x) => x === values[0]);
