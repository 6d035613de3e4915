/** The calls one by one, as far as they can be shown: the first ones, where a program warms up, and the last ones, where it is warm. */
import type { Frame } from "../../protocol/profile.ts";
import { rounded } from "./callTree.ts";

/** Of each end. */
const LIMIT = 3000;
/** Node, start, duration, place. */
const FIELDS = 4;
const OPEN = -1;

export class Timeline {
  /** Numbers, not objects: a million of them would keep the garbage collector busy. */
  readonly #head = new Float64Array(LIMIT * FIELDS).fill(OPEN);
  readonly #tail = new Float64Array(LIMIT * FIELDS);
  #begun = 0;
  #ended = 0;

  /** A place among the first calls, kept for one that is still under way; -1 when they are all taken. */
  begin(): number {
    return this.#begun < LIMIT ? this.#begun++ : -1;
  }

  /** @param at what `begin` gave */
  end(at: number, node: number, start: number, duration: number, place: number): void {
    const frames = at >= 0 ? this.#head : this.#tail;
    const first = (at >= 0 ? at : this.#ended++ % LIMIT) * FIELDS;
    frames[first] = node;
    frames[first + 1] = start;
    frames[first + 2] = duration;
    frames[first + 3] = place;
  }

  frames(): { readonly head: Frame[]; readonly tail: Frame[] } {
    const oldest = Math.max(0, this.#ended - LIMIT);
    const numbers = (from: number, count: number) => Array.from({ length: count }, (_, i) => (from + i) % LIMIT);
    return {
      head: numbers(0, this.#begun).flatMap((i) => (this.#head[i * FIELDS] === OPEN ? [] : [frameOf(this.#head, i)])),
      tail: numbers(oldest, this.#ended - oldest).map((i) => frameOf(this.#tail, i)),
    };
  }
}

/** The end is rounded, and not the duration: what is enclosed stays so. */
function frameOf(frames: Float64Array, index: number): Frame {
  const [node, start, duration, place] = frames.subarray(index * FIELDS, (index + 1) * FIELDS) as unknown as [number, number, number, number];
  return [node, rounded(start), rounded(rounded(start + duration) - rounded(start)), place];
}
