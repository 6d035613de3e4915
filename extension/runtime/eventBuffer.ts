/** What was told and is not sent yet. Bounded, whatever a program tells: nothing that can be seen is lost, and what was left out is counted. */
import { BOUNDS, shortened } from "../protocol/bounds.ts";
import type { PlotSpec, RunEvent, Span, TracedTensor, TracePoint } from "../protocol/runtime.ts";

export interface Limits {
  /** Points of one series. */
  readonly points: number;
  /** Points of all series together. */
  readonly allPoints: number;
  /** Spans that are told one by one. */
  readonly spans: number;
  readonly tensors: number;
}

/** A series, a plot or a tensor is a name; a program that makes a name of every step has mistaken the one for the other. */
const MAX_NAMES = 1000;

type Of<K extends RunEvent["kind"]> = Extract<RunEvent, { kind: K }>;

export class EventBuffer {
  readonly #limits: Limits;
  readonly #names = new Set<string>();
  #points = new Map<string, TracePoint[]>();
  /** Series -> its newest point: thinning may have left it out. */
  #newest = new Map<string, TracePoint>();
  #pushed = 0;
  #kept = 0;
  #spans: Span[] = [];
  #sums = new Map<string, Span>();
  #tensors: TracedTensor[] = [];
  #plots = new Map<string, PlotSpec>();
  #progress: Of<"progress"> | undefined;
  #profile: Of<"profile"> | undefined;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  push(event: RunEvent): void {
    switch (event.kind) {
      case "points":
        for (const point of event.points) this.#addPoint(named(point, "series"));
        break;
      case "spans":
        for (const span of event.spans) this.#addSpan(named(span, "name"));
        break;
      case "tensors":
        for (const tensor of event.tensors) this.#addTensor(named(tensor, "name"));
        break;
      case "plot":
        this.#addPlot(event.plot);
        break;
      case "progress":
        this.#progress = event.label === undefined ? event : named({ ...event, label: event.label }, "label");
        break;
      case "profile":
        this.#profile = event;
    }
  }

  /** All of it, as few events. */
  take(): RunEvent[] {
    const points = [...this.#points].flatMap(([series, kept]) => withNewest(kept, this.#newest.get(series) as TracePoint));
    const merged = this.#pushed - points.length;
    const spans = [...this.#spans, ...this.#sums.values()];
    const events: RunEvent[] = [...this.#plots.values()].map((plot) => ({ kind: "plot", plot }));
    if (points.length > 0) events.push({ kind: "points", points, ...(merged > 0 && { merged }) });
    if (spans.length > 0) events.push({ kind: "spans", spans });
    if (this.#tensors.length > 0) events.push({ kind: "tensors", tensors: this.#tensors });
    if (this.#progress) events.push(this.#progress);
    if (this.#profile) events.push(this.#profile);
    this.#empty();
    return events;
  }

  #empty(): void {
    this.#points = new Map();
    this.#newest = new Map();
    this.#pushed = 0;
    this.#kept = 0;
    this.#spans = [];
    this.#sums = new Map();
    this.#tensors = [];
    this.#plots = new Map();
    this.#progress = undefined;
    this.#profile = undefined;
  }

  #addPoint(point: TracePoint): void {
    const kept = this.#points.get(point.series) ?? [];
    if (kept.length === 0) this.#points.set(this.#known("series", point.series), kept);
    kept.push(point);
    this.#pushed += 1;
    this.#kept += 1;
    this.#newest.set(point.series, point);
    if (kept.length >= this.#limits.points) this.#thin(point.series);
    if (this.#kept >= this.#limits.allPoints) this.#thin(this.#longest());
  }

  #thin(series: string): void {
    const before = this.#points.get(series) ?? [];
    const after = thinned(before);
    this.#points.set(series, after);
    this.#kept -= before.length - after.length;
  }

  #longest(): string {
    return [...this.#points].reduce((most, one) => (one[1].length > most[1].length ? one : most))[0];
  }

  #addPlot(plot: PlotSpec): void {
    const series = plot.series.slice(0, MAX_NAMES).map((name) => shortened(name, BOUNDS.nameChars));
    const titled = named({ ...plot, series }, "title");
    this.#plots.set(this.#known("plot", titled.title), titled);
  }

  /** Beyond the limit, spans of one name within one name are summed, so that what a profile says of the time stays true. */
  #addSpan(span: Span): void {
    if (this.#spans.length < this.#limits.spans) return void this.#spans.push(span);
    const key = this.#sums.size < MAX_NAMES ? span.name : "";
    const sum = this.#sums.get(key);
    this.#sums.set(key, sum ? { ...sum, duration: sum.duration + span.duration, bytes: sum.bytes + span.bytes, count: (sum.count ?? 1) + 1 } : span);
  }

  /** Beyond the limit, a name's newest stands for it. */
  #addTensor(tensor: TracedTensor): void {
    if (this.#tensors.length >= this.#limits.tensors) {
      const earlier = this.#tensors.findLastIndex(({ name }) => name === tensor.name);
      this.#tensors.splice(Math.max(earlier, 0), 1);
    }
    this.#tensors.push(tensor);
  }

  /** @throws {RangeError} for the first name too many */
  #known(what: string, name: string): string {
    if (this.#names.size >= MAX_NAMES && !this.#names.has(name))
      throw new RangeError(
        `More than ${MAX_NAMES} names were traced, at last the ${what} "${name}": name what is measured; the step is the second argument of trace.log.`,
      );
    this.#names.add(name);
    return name;
  }
}

/** The name as it is told: one that is longer than a name can be is told in part. */
const named = <K extends string, T extends Readonly<Record<K, string>>>(told: T, name: K): T =>
  told[name].length <= BOUNDS.nameChars ? told : { ...told, [name]: shortened(told[name], BOUNDS.nameChars) };

const STRETCH = 8;

/** Of every stretch the lowest, the highest and the first that is not finite, in order of arrival: less than half of the points. */
function thinned(points: readonly TracePoint[]): TracePoint[] {
  const kept: TracePoint[] = [];
  for (let from = 0; from < points.length; from += STRETCH) {
    const stretch = points.slice(from, from + STRETCH);
    const finite = stretch.filter(({ value }) => Number.isFinite(value));
    const ends = [
      finite.reduce<TracePoint | undefined>((low, point) => (low && low.value <= point.value ? low : point), undefined),
      finite.reduce<TracePoint | undefined>((high, point) => (high && high.value >= point.value ? high : point), undefined),
      stretch.find(({ value }) => !Number.isFinite(value)),
    ];
    kept.push(...stretch.filter((point) => ends.includes(point)));
  }
  return kept;
}

const withNewest = (kept: readonly TracePoint[], newest: TracePoint): readonly TracePoint[] => (kept.at(-1) === newest ? kept : [...kept, newest]);
