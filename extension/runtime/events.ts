/** What a run tells, in bundles: a flood of points costs few messages. */
import type { RunEvent, TracePoint } from "../protocol/runtime.ts";

/** Milliseconds between two bundles; a screen shows no more. */
const PERIOD = 40;

export class EventStream {
  readonly #send: (event: RunEvent) => void;
  #points: TracePoint[] = [];
  #progress: RunEvent | undefined;
  #sentAt = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(send: (event: RunEvent) => void) {
    this.#send = send;
  }

  push(event: RunEvent): void {
    if (event.kind === "points") this.#points.push(...event.points);
    else if (event.kind === "progress") this.#progress = event;
    else this.#send(event);
    if (performance.now() - this.#sentAt >= PERIOD) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), PERIOD);
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#sentAt = performance.now();
    if (this.#points.length > 0) this.#send({ kind: "points", points: this.#points });
    if (this.#progress) this.#send(this.#progress);
    this.#points = [];
    this.#progress = undefined;
  }
}
