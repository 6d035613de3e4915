/** Memory of tensors over time, as a plot like the others; its peak is a mark of its own. Pure. */
import type { SeriesData } from "../../../extension/protocol/panel.ts";
import type { ProfileReport } from "../../../extension/protocol/profile.ts";
import type { PlotSpec } from "../../../extension/protocol/runtime.ts";
import { placeText } from "./place.ts";
import { bytes } from "./units.ts";

const MIB = 2 ** 20;
const MEMORY = "tensors";

export function memoryPlot({ memory, peak }: ProfileReport): { readonly spec: PlotSpec; readonly series: readonly SeriesData[] } {
  const marked = peak && `peak ${bytes(peak.bytes)}${peak.where ? ` after ${peak.where}` : ""}${peak.place ? `, ${placeText(peak.place)}` : ""}`;
  const series: SeriesData[] = [{ name: MEMORY, points: memory.map(([ms, n]) => [ms / 1000, n / MIB] as const) }];
  if (peak && marked) series.push({ name: marked, points: [[peak.ms / 1000, peak.bytes / MIB]] });
  return { spec: { title: "Memory of tensors", series: series.map(({ name }) => name), x: { label: "seconds" }, y: { label: "MiB" } }, series };
}
