/** The truth of one run: what it has traced so far, bounded. A panel is shown a snapshot and then appended to. */
import type { RunSnapshot, RunState, SeriesData } from "../protocol/panel.ts";
import type { Profile } from "../protocol/profile.ts";
import type { BackendInfo, RunEvent } from "../protocol/runtime.ts";
import { BoundedSeries } from "./boundedSeries.ts";

/** A screen is some 2000 pixels wide: more points than twice that cannot be seen. */
const MAX_POINTS = 4000;
const MAX_OUTPUT = 64 * 1024;
const CUT = "[earlier output is in the log]\n";

/** `at`: when it arrived, in ms since the run began. */
export type TimedPoint = readonly [step: number, value: number, at: number];

/** A run with the time of each of its points, which a panel does not need. */
export interface RunRecord extends Omit<RunSnapshot, "series"> {
  readonly series: readonly { readonly name: string; readonly points: readonly TimedPoint[] }[];
}

export type RunHead = Omit<RunSnapshot, "series">;
export type RunStart = Pick<RunSnapshot, "id" | "exercise" | "title" | "scale" | "startedAt">;

export class RunStore {
  #head: RunHead;
  readonly #series = new Map<string, BoundedSeries<TimedPoint>>();
  /** Bounded too: nobody takes them while no panel shows them. */
  #fresh = new Map<string, BoundedSeries<TimedPoint>>();
  #profile: Profile | undefined;
  readonly #listeners = new Set<() => void>();

  constructor(start: RunStart) {
    this.#head = { ...start, state: "starting", plots: [], output: "" };
  }

  /** All but the series. */
  get head(): RunHead {
    return this.#head;
  }

  /** What was last told of where time and memory went. */
  get profile(): Profile | undefined {
    return this.#profile;
  }

  /** Calls back after every change, until the returned function is called. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  snapshot(): RunSnapshot {
    return { ...this.#head, series: seriesOf(this.#series) };
  }

  record(): RunRecord {
    return { ...this.#head, series: [...this.#series].map(([name, series]) => ({ name, points: series.points() })) };
  }

  /** The points that came since this was last called. */
  takeFresh(): readonly SeriesData[] {
    const fresh = seriesOf(this.#fresh);
    this.#fresh = new Map();
    return fresh;
  }

  event(event: RunEvent): void {
    switch (event.kind) {
      case "points":
        for (const { series, step, value } of event.points) this.#add(series, [step, value, this.#elapsed]);
        this.#change({});
        break;
      case "plot":
        this.#change({ plots: [...this.#head.plots.filter((p) => p.title !== event.plot.title), event.plot] });
        break;
      case "progress": {
        const { kind: _, ...progress } = event;
        this.#change({ progress });
        break;
      }
      case "profile": {
        this.#profile = event.profile;
        this.#change({});
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
    const { endedAt = new Date().toISOString() } = this.#head; // the program's end: grading comes after it
    this.#change({ state, message, ...(state === "starting" || state === "running" ? {} : { endedAt }) });
  }

  get #elapsed(): number {
    return Math.max(0, Date.now() - Date.parse(this.#head.startedAt));
  }

  #add(name: string, point: TimedPoint): void {
    for (const kept of [this.#series, this.#fresh]) {
      const series = kept.get(name) ?? new BoundedSeries<TimedPoint>(MAX_POINTS);
      series.push(point);
      kept.set(name, series);
    }
  }

  #change(part: Partial<RunHead>): void {
    this.#head = { ...this.#head, ...part };
    for (const listener of this.#listeners) listener();
  }
}

const seriesOf = (kept: ReadonlyMap<string, BoundedSeries<TimedPoint>>): SeriesData[] =>
  [...kept].map(([name, series]) => ({ name, points: series.points().map(([step, value]) => [step, value] as const) }));
