/** What a run tells, in bundles: a flood of points costs few messages, and whoever listens slowly does not hold up the training. */
import type { RunEvent } from "../protocol/runtime.ts";
import { EventBuffer } from "./eventBuffer.ts";

/** Milliseconds between two bundles; a screen shows no more. */
const PERIOD = 40;
/** A screen is some 2000 pixels wide, and a bundle a small part of it. */
const LIMITS = { points: 4000, allPoints: 100_000, spans: 2000, tensors: 200 };

export interface Outlet {
  /** Sends now if it can be done without waiting. @returns whether it was sent */
  readonly offer: (event: RunEvent) => boolean;
  /** Sends, and waits for it where it has to. */
  readonly send: (event: RunEvent) => void;
}

export class EventStream {
  readonly #outlet: Outlet;
  readonly #buffer = new EventBuffer(LIMITS);
  /** Taken from the buffer, and not wanted yet. */
  #bundle: RunEvent[] = [];
  #triedAt = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(outlet: Outlet) {
    this.#outlet = outlet;
  }

  push(event: RunEvent): void {
    this.#buffer.push(event);
    if (performance.now() - this.#triedAt >= PERIOD) this.#offer();
    else this.#timer ??= setTimeout(() => this.#offer(), PERIOD);
  }

  /** Sends what is left. */
  end(): void {
    clearTimeout(this.#timer);
    for (const event of [...this.#bundle, ...this.#buffer.take()]) this.#outlet.send(event);
    this.#bundle = [];
  }

  #offer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#triedAt = performance.now();
    if (this.#bundle.length === 0) this.#bundle = this.#buffer.take();
    while (this.#bundle.length > 0) {
      if (!this.#outlet.offer(this.#bundle[0] as RunEvent)) {
        this.#timer = setTimeout(() => this.#offer(), PERIOD);
        return;
      }
      this.#bundle.shift();
    }
  }
}
