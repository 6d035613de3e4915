/** Memory over time with few points: of each stretch of calls the lowest and the highest, and the peak of all. */
import type { Profile } from "../../protocol/profile.ts";
import { rounded } from "./callTree.ts";

const LIMIT = 1000;

type Point = Profile["memory"][number];

export class MemoryCurve {
  #points: Point[] = [];
  #low: Point | undefined;
  #high: Point | undefined;
  #count = 0;
  #stretch = 1;
  peak: Profile["peak"];

  add(ms: number, bytes: number, node: number): void {
    if (bytes > (this.peak?.bytes ?? 0)) this.peak = { ms: rounded(ms), bytes, node };
    if (!this.#low || bytes < this.#low[1]) this.#low = [rounded(ms), bytes];
    if (!this.#high || bytes >= this.#high[1]) this.#high = [rounded(ms), bytes];
    if (++this.#count < this.#stretch) return;
    this.#points.push(...this.#ends());
    this.#low = this.#high = undefined;
    this.#count = 0;
    if (this.#points.length >= LIMIT) this.#halve();
  }

  points(): Point[] {
    return [...this.#points, ...this.#ends()];
  }

  #ends(): Point[] {
    if (!this.#low || !this.#high || this.#low[0] === this.#high[0]) return this.#high ? [this.#high] : [];
    return this.#low[0] < this.#high[0] ? [this.#low, this.#high] : [this.#high, this.#low];
  }

  #halve(): void {
    const all = this.#points;
    this.#points = [];
    this.#stretch *= 2;
    for (let i = 0; i < all.length; i += 4) {
      const stretch = all.slice(i, i + 4).sort((a, b) => a[1] - b[1]);
      const ends = [stretch[0] as Point, stretch.at(-1) as Point].sort((a, b) => a[0] - b[0]);
      this.#points.push(...(ends[0] === ends[1] ? ends.slice(1) : ends));
    }
  }
}
