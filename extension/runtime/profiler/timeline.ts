/** The calls one by one, as far as they can be shown: the first ones, where a program warms up, and the last ones, where it is warm. */
import type { Frame } from "../../protocol/profile.ts";
import { rounded } from "./callTree.ts";

/** Of each end. */
const LIMIT = 3000;

export class Timeline {
  readonly #head: Frame[] = [];
  readonly #tail: Frame[] = [];
  #next = 0;

  /** A place among the first calls, kept for one that is still under way; -1 when they are all taken. */
  begin(): number {
    return this.#head.length < LIMIT ? this.#head.push(OPEN) - 1 : -1;
  }

  /** @param at what `begin` gave */
  end(at: number, frame: Frame): void {
    if (at >= 0) this.#head[at] = frame;
    else this.#tail[this.#next++ % LIMIT] = frame;
  }

  frames(): { readonly head: Frame[]; readonly tail: Frame[] } {
    const oldest = this.#next % LIMIT;
    const tail = this.#next > LIMIT ? [...this.#tail.slice(oldest), ...this.#tail.slice(0, oldest)] : this.#tail;
    return { head: this.#head.filter((frame) => frame !== OPEN).map(short), tail: tail.map(short) };
  }
}

const OPEN: Frame = [0, 0, 0, -1];

/** The end is rounded, and not the duration: what is enclosed stays so. */
const short = ([node, start, duration, place]: Frame): Frame => [node, rounded(start), rounded(rounded(start + duration) - rounded(start)), place];
