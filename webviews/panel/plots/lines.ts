/** One series as it is drawn: raw and smoothed, grown in place as points arrive. Pure. */

import type { Point } from "../state.ts";
import { inOrder, Smoother } from "./series.ts";

export interface XY {
  readonly x: number;
  readonly y: number;
}

export interface View {
  readonly logX: boolean;
  readonly logY: boolean;
  /** 0 is off. */
  readonly smoothing: number;
}

/** A screen is some 2000 pixels wide: of more points than twice that, only the lowest and highest of each stretch can be seen. */
const SEEN = 4000;

/** What there is to draw between two positions on the x axis, and one point beyond on either side; always copies, never invents. */
export function seen(points: readonly XY[], from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY): XY[] {
  const start = Math.max(0, firstAt(points, from) - 1);
  const end = Math.min(points.length, firstAt(points, to) + 1);
  if (end - start <= SEEN) return points.slice(start, end);
  const stretch = (end - start) / (SEEN / 2);
  return Array.from({ length: SEEN / 2 }, (_, i) => extremes(points, start + Math.floor(i * stretch), start + Math.floor((i + 1) * stretch))).flat();
}

export class Line {
  /** The same arrays for ever: a chart may hold them. */
  readonly raw: XY[] = [];
  readonly smooth: XY[] = [];
  /** Points that a logarithmic axis cannot show. */
  left = 0;
  readonly #view: View;
  #smoother: Smoother;
  #taken = 0;
  #newest: Point | undefined;
  #furthest = Number.NEGATIVE_INFINITY;

  constructor(view: View) {
    this.#view = view;
    this.#smoother = new Smoother(view.smoothing);
  }

  /** Takes what is new in the series; starts over when it is not the same series grown at its end. */
  sync(points: readonly Point[]): void {
    const grown = this.#taken <= points.length && points[this.#taken - 1] === this.#newest;
    const fresh = grown ? points.slice(this.#taken) : points;
    if (grown && inOrder(fresh) === fresh && (fresh[0]?.[0] ?? Number.POSITIVE_INFINITY) >= this.#furthest) this.#take(fresh);
    else this.#restart(inOrder(points));
    this.#taken = points.length;
    this.#newest = points.at(-1);
  }

  #restart(points: readonly Point[]): void {
    this.raw.length = 0;
    this.smooth.length = 0;
    this.left = 0;
    this.#furthest = Number.NEGATIVE_INFINITY;
    this.#smoother = new Smoother(this.#view.smoothing);
    this.#take(points);
  }

  #take(points: readonly Point[]): void {
    const { logX, logY, smoothing } = this.#view;
    for (const [x, value] of points) {
      this.#furthest = x;
      const shown = (!logX || x > 0) && (!logY || !(value <= 0));
      if (!shown) this.left += 1;
      if (logX && x <= 0) continue;
      const y = shown && Number.isFinite(value) ? value : Number.NaN; // a gap in the line
      this.raw.push({ x, y });
      if (smoothing > 0) this.smooth.push({ x, y: this.#smoother.next(y) });
    }
  }
}

/** Index of the first point at x or beyond. */
function firstAt(points: readonly XY[], x: number): number {
  let [low, high] = [0, points.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((points[middle] as XY).x < x) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Lowest and highest of a stretch in order of x; a gap is kept. */
function extremes(points: readonly XY[], start: number, end: number): readonly XY[] {
  let [low, high] = [start, start];
  for (let i = start; i < end; i++) {
    const { y } = points[i] as XY;
    if (Number.isNaN(y)) return [points[i] as XY];
    if (y < (points[low] as XY).y) low = i;
    if (y > (points[high] as XY).y) high = i;
  }
  return low === high ? [points[low] as XY] : [points[Math.min(low, high)] as XY, points[Math.max(low, high)] as XY];
}
