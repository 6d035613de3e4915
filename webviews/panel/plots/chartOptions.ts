/** How a chart looks and behaves, from the theme, the plot's own wishes and the learner's. */
import type { ChartOptions, ScaleOptionsByType, TooltipItem } from "chart.js";
import type { PlotSpec } from "../../../extension/protocol/runtime.ts";
import { exact } from "../format.ts";
import { faded, type Theme } from "../theme.ts";
import type { View } from "./lines.ts";

export interface Look {
  readonly theme: Theme;
  readonly spec: PlotSpec;
  readonly view: View;
  readonly onZoom: () => void;
}

/** Points come in order and as x and y: chart.js need not parse, sort or animate them. */
export function chartOptions({ theme, spec, view, onZoom }: Look): ChartOptions<"line"> {
  const xLabel = spec.x?.label ?? "step";
  return {
    parsing: false,
    normalized: true,
    animation: false,
    maintainAspectRatio: false,
    locale: "en-US",
    color: theme.foreground,
    font: theme.font,
    interaction: { mode: "nearest", axis: "x", intersect: false },
    scales: { x: axis(theme, xLabel, view.logX), y: axis(theme, spec.y?.label, view.logY) },
    plugins: { tooltip: tooltip(theme, xLabel), zoom: zoom(theme, onZoom) },
  };
}

function axis(theme: Theme, label: string | undefined, log: boolean) {
  const title = { display: label !== undefined, text: inLines(label ?? ""), color: theme.muted, font: theme.font };
  const ticks = { color: theme.muted, font: theme.font, maxRotation: 0, autoSkipPadding: 16 };
  const options = { title, ticks, grid: { color: theme.grid, tickColor: theme.grid }, border: { color: theme.grid } };
  return (log ? { type: "logarithmic", ...options } : { type: "linear", ...options }) as ScaleOptionsByType<"linear"> | ScaleOptionsByType<"logarithmic">;
}

const LINE = 40;

/** What is too long for the axis stands in two lines, cut off where it is longer still. */
function inLines(label: string): string | string[] {
  if (label.length <= LINE) return label;
  const space = label.lastIndexOf(" ", LINE);
  const at = space > 0 ? space : LINE;
  const rest = label.slice(at).trim();
  return [label.slice(0, at), rest.length <= LINE ? rest : `${rest.slice(0, LINE - 1)}…`];
}

const tooltip = ({ hover, font }: Theme, xLabel: string) => ({
  backgroundColor: hover.background,
  borderColor: hover.border,
  borderWidth: 1,
  cornerRadius: 3,
  padding: 8,
  titleColor: hover.foreground,
  bodyColor: hover.foreground,
  titleFont: { ...font, weight: "bold" as const },
  bodyFont: font,
  usePointStyle: true,
  boxWidth: 8,
  boxHeight: 8,
  boxPadding: 4,
  callbacks: {
    title: ([first]: TooltipItem<"line">[]) => (first ? `${xLabel} ${exact(first.parsed.x as number)}` : ""),
    label: ({ dataset, parsed }: TooltipItem<"line">) => `${dataset.label}: ${exact(parsed.y as number)}`,
  },
});

/** The plain wheel scrolls the page, as everywhere in VS Code. */
const zoom = (theme: Theme, onZoom: () => void) => ({
  zoom: {
    mode: "xy" as const,
    wheel: { enabled: true, modifierKey: "ctrl" as const },
    pinch: { enabled: true },
    drag: { enabled: true, threshold: 8, backgroundColor: faded(theme.focus, 0.15), borderColor: theme.focus, borderWidth: 1 },
    onZoom,
  },
  pan: { enabled: true, mode: "xy" as const, modifierKey: "shift" as const, onPan: onZoom },
});
