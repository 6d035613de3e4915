/**
 * Seeded numbers. One seed is one stream on every backend and in every process, which is why this stands in the protocol.
 * xoroshiro128+ from `pure-rand`; normals by Box and Muller (1958).
 */
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { type DType, sizeOf, type TensorData, tensor } from "./tensor.ts";

/** Draws until nothing is left of how the generator's state is filled: three quarters of its bits are the same for every seed. */
const WARM_UP = 16;

export class RandomStream {
  readonly #next: () => number;
  #spare: number | undefined;

  constructor(seed: number) {
    const generator = xoroshiro128plus(scattered(seed));
    this.#next = () => uniformFloat64(generator);
    for (let i = 0; i < WARM_UP; i++) this.#next();
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

  /**
   * One place of the list, drawn in proportion to its weight.
   * @param of weights that are not negative, such as probabilities, or logits: the weights' logarithms, divided by the temperature (1 by default)
   */
  categorical(of: { readonly weights: ArrayLike<number> } | { readonly logits: ArrayLike<number>; readonly temperature?: number }): number {
    const weights = "weights" in of ? Array.from(of.weights) : exponentials(of.logits, of.temperature ?? 1);
    const total = weights.reduce((a, b) => a + b, 0);
    if (!(total > 0 && Number.isFinite(total))) throw new RangeError(`categorical: the weights sum to ${total}; nothing can be drawn in proportion to them`);
    let left = total * this.#next();
    const drawn = weights.findIndex((weight) => {
      left -= weight;
      return left < 0;
    });
    return drawn >= 0 ? drawn : weights.findLastIndex((weight) => weight > 0); // rounding: the sum may end a little below the total
  }

  /** The whole numbers below `count` in random order. Fisher and Yates (1938). */
  permutation(count: number): number[] {
    return this.shuffled(Array.from({ length: count }, (_, i) => i));
  }

  /** The elements of the list in random order, in a new list. */
  shuffled<T>(list: readonly T[]): T[] {
    const order = [...list];
    for (let last = order.length - 1; last > 0; last--) {
      const other = this.integer(0, last);
      [order[last], order[other]] = [order[other] as T, order[last] as T];
    }
    return order;
  }

  /** A tensor of independent draws, as plain data. */
  fill(shape: readonly number[], draw: () => number, dtype: DType = "float32"): TensorData {
    const filled = tensor(new Float32Array(sizeOf(shape)), shape, dtype);
    for (let i = 0; i < filled.data.length; i++) filled.data[i] = draw();
    return filled;
  }
}

/** The largest is taken off first, so that none overflows. */
function exponentials(logits: ArrayLike<number>, temperature: number): number[] {
  const most = Array.from(logits).reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  return Array.from(logits, (x) => Math.exp((x - most) / temperature));
}

/** People choose small seeds, 1 and 2 and 42: their bits are spread over all 32. The finaliser of MurmurHash3 (Appleby). */
function scattered(seed: number): number {
  let h = seed ^ (seed >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
