/**
 * How long a child may take, by what it took itself: what it computed and what it slept is charged, what it waited for a processor is not. So a busy machine is
 * not the learner's fault, and a promise that nobody keeps is noticed as soon as its time is over.
 */
import { BOUNDS } from "../protocol/bounds.ts";
import type { ImplementationFault } from "../protocol/runtime.ts";
import { type Times, timesOf } from "./resources.ts";

/** "timedOut": it has used up its time. "busy": it got too little of a processor to do so. */
export type Over = "timedOut" | "busy";

export interface ClockOptions {
  /** Of the program, as soon as there is one. */
  readonly pid: () => number | undefined;
  /** Charged milliseconds until it is over. */
  readonly limitMs: number;
  /** Called once. */
  readonly onOver: (over: Over, clock: Clock) => void;
}

const PERIOD_MS = 50;

/** Sentences for who ran out of time. */
export const timeFault = (over: Over, { chargedMs, wallMs }: Clock, late: string): ImplementationFault => ({
  kind: over,
  by: "us",
  message: over === "timedOut" ? late : `The machine was busy: of ${seconds(wallMs)} s the program got ${seconds(chargedMs)} s. Try again.`,
});

const seconds = (ms: number): string => (ms / 1000).toLocaleString("en", { maximumFractionDigits: 1 });

interface Reading {
  readonly wall: number;
  readonly program: Times | undefined;
  readonly host: Times | undefined;
}

export class Clock {
  readonly #options: ClockOptions;
  #last: Reading | undefined;
  #timer: NodeJS.Timeout | undefined;
  #over = false;
  #open = 0;
  chargedMs = 0;
  wallMs = 0;

  constructor(options: ClockOptions) {
    this.#options = options;
  }

  /** Goes while any such work is at work. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#open++;
    this.run();
    try {
      return await work();
    } finally {
      if (--this.#open === 0) this.rest();
    }
  }

  /** Goes on; nothing where it is going. */
  run(): void {
    if (this.#last || this.#over) return;
    this.#last = this.#read(false); // most calls end before the first tick, and should cost next to nothing
    this.#timer = setInterval(() => this.#tick(), PERIOD_MS);
  }

  /** Stands still; nothing where it does. */
  rest(): void {
    if (this.#last) this.#tick(false);
    clearInterval(this.#timer);
    this.#last = undefined;
  }

  #tick(others = true): void {
    const now = this.#read(others);
    const { charged, wall } = chargeOf(this.#last as Reading, now);
    this.#last = now;
    this.chargedMs += charged;
    this.wallMs += wall;
    const { limitMs, onOver } = this.#options;
    const over = this.chargedMs >= limitMs ? "timedOut" : this.wallMs >= limitMs * BOUNDS.wallFactor ? "busy" : undefined;
    if (!over || this.#over) return;
    this.#over = true;
    this.rest();
    onOver(over, this);
  }

  #program(others: boolean): Times | undefined {
    const pid = this.#options.pid();
    return pid === undefined ? undefined : timesOf(pid, others);
  }

  #read(others: boolean): Reading {
    return { wall: performance.now(), program: this.#program(others), host: timesOf(process.pid, false) };
  }
}

/**
 * What is charged for the time between two readings, in milliseconds. The program sleeps also while its question or its answer waits for us: while we compute,
 * or wait for a processor ourselves, its sleep is charged to nobody. Where the system tells nothing, all is charged but what is too long for a tick, in which we slept.
 */
export function chargeOf(before: Reading, after: Reading): { readonly charged: number; readonly wall: number } {
  const wall = after.wall - before.wall;
  if (!before.program || !after.program) return { charged: Math.min(wall, LONGEST_TICK), wall };
  const program = between(before.program, after.program);
  const host = before.host && after.host ? between(before.host, after.host) : { ran: 0, waited: 0, othersWaited: 0 };
  const slept = wall - program.ran - program.waited - Math.max(program.othersWaited, host.ran + host.waited);
  return { charged: program.ran + Math.min(Math.max(0, slept), LONGEST_TICK), wall };
}

/** A timer that fires later than this has been held up with all of our process: by a debugger, or by a machine that slept. */
const LONGEST_TICK = 4 * PERIOD_MS;

const between = (before: Times, after: Times): Required<Times> => ({
  ran: after.ran - before.ran,
  waited: after.waited - before.waited,
  othersWaited: after.othersWaited === undefined || before.othersWaited === undefined ? 0 : Math.max(0, after.othersWaited - before.othersWaited),
});
