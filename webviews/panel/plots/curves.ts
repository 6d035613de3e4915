/** The curves of a plot: those of the run that is shown, and what is drawn beside them for comparison. Pure. */
import type { EarlierRun, SeriesData } from "../../../extension/protocol/panel.ts";
import type { PlotSpec } from "../../../extension/protocol/runtime.ts";
import { fitPowerLaw, lineOf } from "./powerLaw.ts";

export interface Curve extends SeriesData {
  /** There to be compared with. */
  readonly level?: boolean;
  /** Of a curve that stands beside another: that one's name, whose colour it shares, and the dashes that tell the two apart. */
  readonly beside?: { readonly name: string; readonly dash: readonly number[] };
}

/** Told apart by eye, one earlier run from the next. */
const DASHES = [
  [7, 3],
  [2, 3],
  [9, 3, 2, 3],
  [4, 4],
] as const;
const LAW = [1, 3] as const;

/** e.g. "Nov 24, 15:04:32": no two runs of a window begin within a second. */
export const timeOf = ({ startedAt }: Pick<EarlierRun, "startedAt">): string => TIME.format(new Date(startedAt));

const TIME = new Intl.DateTimeFormat("en-US", { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });

/** The curves of the run that is shown. */
export function curvesOf(plots: readonly PlotSpec[], series: readonly SeriesData[]): readonly Curve[] {
  const levels = levelsOf(plots);
  return series.map((one) => ({ ...one, level: levels.has(one.name) }));
}

const levelsOf = (plots: readonly PlotSpec[]): ReadonlySet<string> => new Set(plots.flatMap((plot) => plot.levels ?? []));

/** The curves of the earlier runs that are compared, each named after its series and its run. Levels are much the same in every run. */
export function overlaid(earlier: readonly EarlierRun[]): readonly Curve[] {
  const compared = earlier.filter(({ overlay }) => overlay);
  return compared.flatMap((run, nth) => {
    const { plots = [], series = [] } = run.overlay ?? {};
    const dash = DASHES[nth % DASHES.length] as readonly number[];
    return curvesOf(plots, series)
      .filter(({ level }) => !level)
      .map(({ name, points }) => ({ name: `${name} · ${timeOf(run)}`, points, beside: { name, dash } }));
  });
}

/** Lines through the series that the plot wants fitted. */
export function laws({ powerLaw = [] }: PlotSpec, series: readonly SeriesData[]): readonly Curve[] {
  return series.flatMap(({ name, points }) => {
    const law = powerLaw.includes(name) && fitPowerLaw(points);
    return law ? [{ name: `power law through ${name}`, points: lineOf(law, points), beside: { name, dash: LAW } }] : [];
  });
}
