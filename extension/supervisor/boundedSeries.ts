/** A series that never holds more points than can be seen: of each stretch of steps it keeps the lowest and the highest, so that no spike is lost. */

export type Point = readonly [step: number, value: number, ...more: number[]];

export class BoundedSeries<P extends Point = Point> {
  readonly #limit: number;
  #kept: P[] = [];
  /** Of the stretch that is not full yet. */
  #ends: P[] = [];
  #last: P | undefined;
  #count = 0;
  #stretch = 2;

  constructor(limit: number) {
    this.#limit = limit;
  }

  push(point: P): void {
    this.#ends = extremes([...this.#ends, point]);
    this.#last = point;
    this.#count += 1;
    if (this.#count < this.#stretch) return;
    this.#kept.push(...this.#ends);
    this.#ends = [];
    this.#last = undefined;
    this.#count = 0;
    if (this.#kept.length >= this.#limit) this.#halve();
  }

  points(): P[] {
    const last = this.#last && !this.#ends.includes(this.#last) ? [this.#last] : [];
    return [...this.#kept, ...this.#ends, ...last];
  }

  #halve(): void {
    const halved: P[] = [];
    for (let i = 0; i < this.#kept.length; i += 4) halved.push(...extremes(this.#kept.slice(i, i + 4)));
    this.#kept = halved;
    this.#stretch *= 2;
  }
}

/** The lowest and the highest, in order of arrival. A value that is not finite is something to see, and counts as highest. */
function extremes<P extends Point>(points: readonly P[]): P[] {
  const height = (i: number) => (Number.isFinite((points[i] as Point)[1]) ? (points[i] as Point)[1] : Number.POSITIVE_INFINITY);
  const order = points.map((_, i) => i).sort((a, b) => height(a) - height(b) || a - b);
  const ends = new Set([order[0] as number, order.at(-1) as number]);
  return points.filter((_, i) => ends.has(i));
}
