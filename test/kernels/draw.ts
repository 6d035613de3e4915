/** Inputs that are the same in every run. */
import { type NdArray, sizeOf } from "./reference.ts";

export class Draw {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** Mulberry32. */
  uniform(low = 0, high = 1): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return low + (high - low) * (((t ^ (t >>> 14)) >>> 0) / 2 ** 32);
  }

  integer(low: number, high: number): number {
    return Math.floor(this.uniform(low, high + 1));
  }

  one<T>(of: readonly T[]): T {
    return of[this.integer(0, of.length - 1)] as T;
  }

  /** Values that a float32 holds exactly. */
  array(shape: readonly number[], low = -2, high = 2): NdArray {
    return { shape, data: Array.from({ length: sizeOf(shape) }, () => Math.fround(this.uniform(low, high))) };
  }

  integers(shape: readonly number[], low: number, high: number): NdArray {
    return { shape, data: Array.from({ length: sizeOf(shape) }, () => this.integer(low, high)) };
  }

  shape(rank: number, most: number): number[] {
    return Array.from({ length: rank }, () => this.integer(1, most));
  }

  /** A shape that can be spread over this one. */
  spreadable(shape: readonly number[]): number[] {
    return shape.map((size) => (this.uniform() < 0.4 ? 1 : size)).slice(this.integer(0, shape.length - 1));
  }
}
