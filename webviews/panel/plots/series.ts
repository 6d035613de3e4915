/** From traced series to what is drawn, tabled and exported. Pure. */
import type { SeriesData } from "../../../extension/protocol/panel.ts";
import type { PlotSpec } from "../../../extension/protocol/runtime.ts";
import type { Point } from "../state.ts";

/** The declared plots (the last of a title counts), then one for each series that no plot names. */
export function plotsOf(declared: readonly PlotSpec[], series: readonly SeriesData[]): readonly PlotSpec[] {
  const plots = [...new Map(declared.map((plot) => [plot.title, plot])).values()];
  const named = new Set(plots.flatMap((plot) => plot.series));
  return [...plots, ...series.filter((s) => !named.has(s.name)).map((s) => ({ title: s.name, series: [s.name] }))];
}

/** Series -> number of its colour: the same in every plot, and none twice within one. Those that have one keep it. */
export function colourNumbers(plots: readonly PlotSpec[], known: ReadonlyMap<string, number> = new Map()): ReadonlyMap<string, number> {
  const numbers = new Map(known);
  for (const name of plots.flatMap((plot) => plot.series)) {
    if (numbers.has(name)) continue;
    const beside = new Set(plots.filter((plot) => plot.series.includes(name)).flatMap((plot) => plot.series.map((other) => numbers.get(other))));
    let free = 0;
    while (beside.has(free)) free++;
    numbers.set(name, free);
  }
  return numbers;
}

/** Exponential moving average, corrected for its start at zero; a gap stays a gap and does not poison what follows. */
export class Smoother {
  readonly #weight: number;
  #sum = 0;
  #scale = 0;

  /** @param weight 0 keeps the values, towards 1 is smoother */
  constructor(weight: number) {
    this.#weight = weight;
  }

  next(value: number): number {
    if (!Number.isFinite(value)) return Number.NaN;
    this.#sum = this.#weight * this.#sum + (1 - this.#weight) * value;
    this.#scale = this.#weight * this.#scale + (1 - this.#weight);
    return this.#sum / this.#scale;
  }
}

/** In order of step; the same array when it already is. */
export function inOrder(points: readonly Point[]): readonly Point[] {
  return points.every((p, i) => i === 0 || (points[i - 1] as Point)[0] <= p[0]) ? points : [...points].sort((a, b) => a[0] - b[0]);
}

export interface Row {
  readonly step: number;
  /** One per series; absent where the series has no point at this step. */
  readonly values: readonly (number | undefined)[];
}

/** The series side by side, in order of step. A series that logs a step twice has two rows. */
export function rowsOf(series: readonly SeriesData[]): readonly Row[] {
  const rows = new Map<string, { step: number; nth: number; values: (number | undefined)[] }>();
  series.forEach(({ points }, column) => {
    const seen = new Map<number, number>();
    for (const [step, value] of points) {
      const nth = seen.get(step) ?? 0;
      seen.set(step, nth + 1);
      const key = `${step}#${nth}`;
      const row = rows.get(key) ?? { step, nth, values: series.map(() => undefined) };
      row.values[column] = value;
      rows.set(key, row);
    }
  });
  return [...rows.values()].sort((a, b) => a.step - b.step || a.nth - b.nth);
}

/** RFC 4180, all digits kept. */
export function csvOf(series: readonly SeriesData[], xLabel = "step"): string {
  const cell = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const lines = rowsOf(series).map((row) => [row.step, ...row.values].map((v) => (v === undefined ? "" : String(v))));
  return `${[[xLabel, ...series.map((s) => s.name)].map(cell), ...lines].map((line) => line.join(",")).join("\r\n")}\r\n`;
}

/** A file name from a plot's title. */
export const fileName = (title: string, extension: string): string =>
  `${
    title
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-|-$/g, "") || "plot"
  }.${extension}`;
