/** The time that pack code takes in a grader by itself: while the grader is to work, and waits for no answer of an implementation. A loop in it is no learner's fault. */
import { BOUNDS, grantedSeconds } from "../protocol/bounds.ts";
import type { Part } from "../protocol/grader.ts";
import { Clock, timeFault } from "./clock.ts";
import type { Process } from "./process.ts";

export class PackClock {
  readonly #grader: Pick<Process, "programPid" | "stop">;
  readonly #seconds: number;
  #clock: Clock;
  /** Of all its parts together: pack code runs where they are told, and can tell another at any time. */
  #whole: Clock;
  #working = 0;
  #waiting = 0;

  /** @param seconds of all parts together */
  constructor(grader: Pick<Process, "programPid" | "stop">, seconds: number = BOUNDS.packsSeconds) {
    this.#seconds = seconds;
    this.#grader = grader;
    this.#clock = this.#clockFor({ what: "What the checks compute", seconds: BOUNDS.packSeconds });
    this.#whole = this.#clockOfAll();
  }

  /** From now on this is what it does, with time of its own. */
  begin(part: Part): void {
    this.#clock.rest();
    this.#clock = this.#clockFor(part);
    this.#settle();
  }

  /** The grader is at work. */
  async works<T>(work: () => Promise<T>): Promise<T> {
    if (this.#working++ === 0) this.#whole = this.#clockOfAll();
    this.#settle();
    try {
      return await work();
    } finally {
      this.#working--;
      this.#settle();
    }
  }

  /** The grader waits for an answer. */
  async waits<T>(answer: () => Promise<T>): Promise<T> {
    this.#waiting++;
    this.#settle();
    try {
      return await answer();
    } finally {
      this.#waiting--;
      this.#settle();
    }
  }

  #settle(): void {
    for (const clock of [this.#clock, this.#whole]) {
      if (this.#working > 0 && this.#waiting === 0) clock.run();
      else clock.rest();
    }
  }

  #clockOfAll(): Clock {
    return this.#clockFor({ what: "What the checks compute together", seconds: this.#seconds });
  }

  #clockFor({ what, seconds: asked }: Part): Clock {
    const seconds = grantedSeconds(asked);
    const late = `${what} did not come to an end: it has ${seconds} s for what it computes by itself. That is a fault of the pack, not of your code.`;
    return new Clock({ pid: () => this.#grader.programPid, limitMs: seconds * 1000, onOver: (over, clock) => this.#grader.stop(timeFault(over, clock, late)) });
  }
}
