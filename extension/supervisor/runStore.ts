/** The truth of one run: what it has traced so far, bounded. A panel is shown a snapshot and then appended to. */
import type { RunSnapshot, RunState, SeriesData } from "../protocol/panel.ts";
import type { BackendInfo, RunEvent } from "../protocol/runtime.ts";
import { BoundedSeries, type Point } from "./boundedSeries.ts";

/** A screen is some 2000 pixels wide: more points than twice that cannot be seen. */
const MAX_POINTS = 4000;
const MAX_OUTPUT = 64 * 1024;
const CUT = "[earlier output is in the log]\n";

export type RunHead = Omit<RunSnapshot, "series">;
export type RunStart = Pick<RunSnapshot, "id" | "exercise" | "title" | "scale" | "startedAt">;

export class RunStore {
  #head: RunHead;
  readonly #series = new Map<string, BoundedSeries>();
  #fresh = new Map<string, Point[]>();
  readonly #listeners = new Set<() => void>();

  constructor(start: RunStart) {
    this.#head = { ...start, state: "starting", plots: [], output: "" };
  }

  /** All but the series. */
  get head(): RunHead {
    return this.#head;
  }

  /** Calls back after every change, until the returned function is called. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  snapshot(): RunSnapshot {
    return { ...this.#head, series: [...this.#series].map(([name, s]) => ({ name, points: s.points() })) };
  }

  /** The points that came since this was last called. */
  takeFresh(): readonly SeriesData[] {
    const fresh = [...this.#fresh].map(([name, points]) => ({ name, points }));
    this.#fresh = new Map();
    return fresh;
  }

  event(event: RunEvent): void {
    switch (event.kind) {
      case "points":
        for (const { series, step, value } of event.points) this.#add(series, [step, value]);
        this.#change({});
        break;
      case "plot":
        this.#change({ plots: [...this.#head.plots.filter((p) => p.title !== event.plot.title), event.plot] });
        break;
      case "progress": {
        const { kind: _, ...progress } = event;
        this.#change({ progress });
      }
    }
  }

  output(text: string): void {
    const all = this.#head.output + text;
    this.#change({ output: all.length <= MAX_OUTPUT ? all : CUT + all.slice(-MAX_OUTPUT) });
  }

  backend(backend: BackendInfo): void {
    this.#change({ backend, ...(this.#head.state === "starting" && { state: "running" as const }) });
  }

  move(state: RunState, message?: string): void {
    this.#change({ state, message });
  }

  #add(name: string, point: Point): void {
    const series = this.#series.get(name) ?? new BoundedSeries(MAX_POINTS);
    series.push(point);
    this.#series.set(name, series);
    const fresh = this.#fresh.get(name) ?? [];
    fresh.push(point);
    this.#fresh.set(name, fresh);
  }

  #change(part: Partial<RunHead>): void {
    this.#head = { ...this.#head, ...part };
    for (const listener of this.#listeners) listener();
  }
}
