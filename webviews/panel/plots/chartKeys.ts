/** A chart by keyboard: arrows read values, + and - zoom, 0 shows all. */
import type { ActiveElement, Chart } from "chart.js";
import { exact } from "../format.ts";
import type { Plot } from "./chart.ts";
import type { XY } from "./lines.ts";

type LineChart = Chart<"line", XY[]>;

/** @param say what stands under the cursor, in words */
export function chartKeys(plot: Plot, say: (text: string) => void): void {
  const { chart } = plot;
  let at = -1;
  const moves: Readonly<Record<string, (last: number) => number>> = {
    ArrowRight: () => at + 1,
    ArrowLeft: (last) => (at < 0 ? last : at - 1),
    PageDown: (last) => at + Math.ceil(last / 10),
    PageUp: (last) => at - Math.ceil(last / 10),
    Home: () => 0,
    End: (last) => last,
  };
  const zooms: Readonly<Record<string, () => void>> = {
    "+": () => chart.zoom(1.25),
    "=": () => chart.zoom(1.25),
    "-": () => chart.zoom(0.8),
    0: () => plot.showAll(),
  };
  chart.canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return; // VS Code's own
    const points = firstVisible(chart);
    const move = moves[event.key];
    if (move && points.length > 0) {
      at = Math.min(points.length - 1, Math.max(0, move(points.length - 1)));
      say(pointAt(chart, points[at] as XY));
    } else if (zooms[event.key]) zooms[event.key]?.();
    else return;
    event.preventDefault();
  });
  chart.canvas.addEventListener("blur", () => {
    at = -1;
    activate(chart, [], { x: 0, y: 0 });
    say("");
  });
}

function firstVisible(chart: LineChart): readonly XY[] {
  const index = chart.data.datasets.findIndex((_, i) => chart.isDatasetVisible(i));
  return (chart.data.datasets[index]?.data ?? []).filter(({ y }) => !Number.isNaN(y));
}

/** Shows the tooltip there, as the pointer would. */
function pointAt(chart: LineChart, { x, y }: XY): string {
  const place = { x: chart.scales.x?.getPixelForValue(x) ?? 0, y: chart.scales.y?.getPixelForValue(y) ?? 0 };
  const event = { ...place, type: "mousemove", native: true } as unknown as Event;
  const items = chart.getElementsAtEventForMode(event, "nearest", { axis: "x", intersect: false }, true);
  activate(chart, items, place);
  const values = items.map(({ datasetIndex, index }) => {
    const dataset = chart.data.datasets[datasetIndex];
    return `${dataset?.label} ${exact(dataset?.data[index]?.y ?? Number.NaN)}`;
  });
  return `${xTitle(chart)} ${exact(x)}: ${values.join(", ")}`;
}

function activate(chart: LineChart, items: ActiveElement[], place: XY): void {
  chart.setActiveElements(items);
  chart.tooltip?.setActiveElements(items, place);
  chart.render();
}

function xTitle(chart: LineChart): string {
  const x = chart.options.scales?.x;
  return x && "title" in x && typeof x.title?.text === "string" ? x.title.text : "x";
}
