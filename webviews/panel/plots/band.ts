/** What the checks accept, behind the curves. */
import type { Chart, Plugin } from "chart.js";
import type { PlotSpec } from "../../../extension/protocol/runtime.ts";
import { short } from "../format.ts";
import { faded, type Theme } from "../theme.ts";

export type Band = NonNullable<PlotSpec["band"]>;

/** e.g. "what the checks accept: 1.2 to 1.9", "... : at most 3" */
export function describeBand({ label, low, high }: Band): string {
  if (low === undefined && high === undefined) return label;
  if (low === undefined) return `${label}: at most ${short(high as number)}`;
  return high === undefined ? `${label}: at least ${short(low)}` : `${label}: ${short(low)} to ${short(high)}`;
}

/** Where it lies in the picture, cut off at the chart's edges; nothing where none of it shows. */
export function bandPixels({ chartArea, scales }: Pick<Chart, "chartArea" | "scales">, { low, high }: Band): { top: number; bottom: number } | undefined {
  const at = (value: number | undefined, open: number): number => {
    const pixel = value === undefined ? Number.NaN : (scales.y?.getPixelForValue(value) ?? Number.NaN);
    return Number.isFinite(pixel) ? Math.min(chartArea.bottom, Math.max(chartArea.top, pixel)) : open;
  };
  const [top, bottom] = [at(high, chartArea.top), at(low, chartArea.bottom)];
  return top < bottom ? { top, bottom } : undefined;
}

/** @param look what is to be drawn now */
export const bandPlugin = (look: () => { readonly band: Band | undefined; readonly theme: Theme }): Plugin<"line"> => ({
  id: "band",
  beforeDatasetsDraw: (chart) => {
    const { band, theme } = look();
    const pixels = band && bandPixels(chart, band);
    if (!pixels) return;
    const { ctx, chartArea } = chart;
    const { left, right, top, bottom } = chartArea;
    ctx.save();
    ctx.fillStyle = faded(theme.band, 0.13);
    ctx.fillRect(left, pixels.top, right - left, pixels.bottom - pixels.top);
    ctx.strokeStyle = faded(theme.band, 0.7);
    ctx.lineWidth = 1;
    ctx.beginPath();
    for (const y of [pixels.top, pixels.bottom].filter((edge) => edge > top && edge < bottom)) {
      ctx.moveTo(left, y);
      ctx.lineTo(right, y);
    }
    ctx.stroke();
    ctx.restore();
  },
});
