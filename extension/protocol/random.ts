/**
 * Seeded numbers. One seed is one stream on every backend and in every process, which is why this stands in the protocol.
 * xoroshiro128+ from `pure-rand`; normals by Box and Muller (1958).
 */
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { type DType, sizeOf, type TensorData, tensor } from "./tensor.ts";

export class RandomStream {
  readonly #next: () => number;
  #spare: number | undefined;

  constructor(seed: number) {
    const generator = xoroshiro128plus(seed);
    this.#next = () => uniformFloat64(generator);
  }

  /** One number in [low, high). */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * this.#next();
  }

  /** One whole number in [low, high]. */
  integer(low: number, high: number): number {
    return low + Math.floor(this.#next() * (high - low + 1));
  }

  /** One number of the normal distribution. */
  normal(mean = 0, deviation = 1): number {
    if (this.#spare !== undefined) {
      const z = this.#spare;
      this.#spare = undefined;
      return mean + deviation * z;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.#next()));
    const angle = 2 * Math.PI * this.#next();
    this.#spare = radius * Math.sin(angle);
    return mean + deviation * radius * Math.cos(angle);
  }

  /** One element of the list. */
  pick<T>(list: readonly T[]): T {
    return list[this.integer(0, list.length - 1)] as T;
  }

  /** A tensor of independent draws. */
  fill(shape: readonly number[], draw: () => number, dtype: DType = "float32"): TensorData {
    return tensor(Array.from({ length: sizeOf(shape) }, draw), shape, dtype);
  }
}
