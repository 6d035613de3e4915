/** One sentence about a series, for those who do not see the curve. Pure. */
import { counted, short } from "../format.ts";
import type { Point } from "../state.ts";

/** e.g. "loss fell from 4.17 to 2.31 over 300 steps; lowest 2.29 at step 281" */
export function summarize(name: string, points: readonly Point[], xLabel = "step"): string {
  const finite = points.filter(([, value]) => Number.isFinite(value));
  const first = finite[0];
  const last = finite.at(-1);
  if (points.length === 0) return `${name} has no points yet`;
  if (!first || !last) return `${name} has no finite value in ${counted(points.length, "point")}`;
  const missing = points.length - finite.length;
  const tail = missing > 0 ? `; ${counted(missing, "value")} not finite` : "";
  if (finite.length === 1) return `${name} is ${short(first[1])} at ${xLabel} ${short(first[0])}${tail}`;
  return `${name} ${course(first, last, xLabel)}${extreme(finite, last[1] <= first[1], xLabel)}${tail}`;
}

/** All series of one plot. */
export function summarizePlot(series: readonly { readonly name: string; readonly points: readonly Point[] }[], xLabel?: string): string {
  return series.length === 0 ? "No points yet." : `${series.map((s) => summarize(s.name, s.points, xLabel)).join(". ")}.`;
}

function course(first: Point, last: Point, xLabel: string): string {
  const [from, to] = [short(first[1]), short(last[1])];
  // "300 steps" counts steps; any other axis is named with its ends.
  const over = xLabel === "step" ? `over ${counted(Math.abs(last[0] - first[0]), "step")}` : `from ${xLabel} ${short(first[0])} to ${short(last[0])}`;
  if (from === to) return `stayed at ${to} ${over}`;
  return `${last[1] < first[1] ? "fell" : "rose"} from ${from} to ${to} ${over}`;
}

/** The lowest point of what fell, the highest of what rose, unless that is an end point. */
function extreme(points: readonly Point[], lowest: boolean, xLabel: string): string {
  let best = points[0] as Point;
  for (const p of points) if (lowest ? p[1] < best[1] : p[1] > best[1]) best = p;
  const isEnd = best === points[0] || best === points.at(-1);
  return isEnd ? "" : `; ${lowest ? "lowest" : "highest"} ${short(best[1])} at ${xLabel} ${short(best[0])}`;
}
