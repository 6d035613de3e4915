/** One chart.js chart: series and colours in, pixels out. It knows nothing of the page around it. */
import { Chart, type ChartDataset, LinearScale, LineController, LineElement, LogarithmicScale, type Plugin, PointElement, Tooltip } from "chart.js";
import zoomPlugin from "chartjs-plugin-zoom";
import type { PlotSpec } from "../../../extension/protocol/runtime.ts";
import { faded, type Theme } from "../theme.ts";
import { bandPlugin } from "./band.ts";
import { chartOptions } from "./chartOptions.ts";
import type { Curve } from "./curves.ts";
import { Line, seen, type View, type XY } from "./lines.ts";

Chart.register(LineController, LineElement, PointElement, LinearScale, LogarithmicScale, Tooltip, zoomPlugin as unknown as Plugin); // typed as a CommonJS module

/** Up to so many points each gets a mark: they are few enough to be told apart. */
const MARKED = 60;
const MARKS = ["circle", "rect", "triangle", "rectRot", "crossRot", "star"] as const;

/** How strong a curve beside another is. */
const BESIDE = 0.65;

/** What a plot is told beside its data. */
export interface Drawing {
  readonly hidden: ReadonlySet<string>;
  readonly colours: ReadonlyMap<string, number>;
  /** Where the x axis ends at least. */
  readonly end: number | undefined;
}

type LineDataset = ChartDataset<"line", XY[]>;

interface Drawn {
  readonly line: Line;
  readonly beside: boolean;
  readonly dash: number[];
  readonly raw: LineDataset;
  readonly smooth: LineDataset;
}

export class Plot {
  readonly chart: Chart<"line", XY[]>;
  readonly #onZoom: (zoomed: boolean) => void;
  #theme: Theme;
  #spec: PlotSpec = { title: "", series: [] };
  #view: View = { logX: false, logY: false, smoothing: 0 };
  #drawn = new Map<string, Drawn>();
  #drawing: Drawing = { hidden: new Set(), colours: new Map(), end: undefined };

  constructor(canvas: HTMLCanvasElement, theme: Theme, onZoom: (zoomed: boolean) => void) {
    this.#theme = theme;
    this.#onZoom = onZoom;
    const plugins = [bandPlugin(() => ({ band: this.#spec.band, theme: this.#theme }))];
    this.chart = new Chart(canvas, { type: "line", data: { datasets: [] }, options: this.#options(), plugins });
  }

  /** @returns how many points a logarithmic axis had to leave out */
  update(spec: PlotSpec, series: readonly Curve[], view: View, drawing: Drawing): number {
    if (view !== this.#view) this.#drawn = new Map();
    const sameAxes = axesOf(spec, view) === axesOf(this.#spec, this.#view);
    this.#spec = spec;
    this.#view = view;
    this.#drawing = drawing;
    // Only when it must be, for it undoes a zoom.
    if (!sameAxes) this.chart.options = this.#options();
    this.#drawn = new Map(series.map((curve) => [curve.name, { ...(this.#drawn.get(curve.name) ?? fresh(curve, view)), dash: dashOf(curve) }]));
    for (const { name, points } of series) this.#drawn.get(name)?.line.sync(points);
    this.#draw();
    return [...this.#drawn.values()].reduce((n, { line }) => n + line.left, 0);
  }

  recolour(theme: Theme): void {
    this.#theme = theme;
    this.chart.options = this.#options();
    this.#draw();
  }

  /** Undoes any zoom. */
  showAll(): void {
    this.chart.resetZoom("none");
    this.#draw();
    this.#onZoom(false);
  }

  #options() {
    const onZoom = (): void => {
      this.chart.tooltip?.setActiveElements([], { x: 0, y: 0 }); // what it points at has moved
      this.#draw();
      this.#onZoom(true);
    };
    return chartOptions({ theme: this.#theme, spec: this.#spec, view: this.#view, onZoom });
  }

  #draw(): void {
    const range = this.chart.getZoomedScaleBounds().x ?? {};
    const { hidden, colours, end } = this.#drawing;
    const { low, high } = this.#spec.band ?? {};
    for (const [name, drawn] of this.#drawn) {
      const n = colours.get(name) ?? 0;
      dress(drawn, { colour: colourOf(this.#theme, n), mark: MARKS[n % MARKS.length] as string, hidden: hidden.has(name), range });
    }
    const { x, y } = this.chart.options.scales ?? {};
    if (x) Object.assign(x, { suggestedMax: end });
    if (y) Object.assign(y, { suggestedMin: low, suggestedMax: high }); // an edge that is out of sight says nothing
    this.chart.data.datasets = [...this.#drawn.values()].flatMap(({ raw, smooth }) => (this.#view.smoothing > 0 ? [raw, smooth] : [raw]));
    this.chart.update("none");
  }
}

const axesOf = ({ x, y }: PlotSpec, { logX, logY }: View): string => JSON.stringify([x?.label, y?.label, logX, logY]);

/** The n-th colour of a line. */
export const colourOf = (theme: Theme, n: number): string => theme.lines[n % theme.lines.length] as string;

/** Dashes and not colour alone tell a level from a curve, and one run from another. */
const dashOf = ({ beside, level }: Curve): number[] => [...(beside?.dash ?? (level ? [6, 4] : []))];

function fresh({ name, beside }: Curve, view: View): Omit<Drawn, "dash"> {
  const common = { data: [], spanGaps: false };
  return {
    line: new Line(view),
    beside: beside !== undefined,
    raw: { ...common, label: name, order: beside ? 3 : 1 },
    smooth: { ...common, label: `${name} (smoothed)`, order: beside ? 2 : 0 },
  };
}

interface Pen {
  readonly colour: string;
  readonly mark: string;
  readonly hidden: boolean;
  /** What the x axis shows, when it is zoomed. */
  readonly range: { readonly min?: number; readonly max?: number };
}

/** A curve beside another steps back, and has no marks. */
function dress({ line, beside, dash, raw, smooth }: Drawn, { colour, mark, hidden, range: { min, max } }: Pen): void {
  const behind = line.smooth.length > 0;
  const marked = line.raw.length <= MARKED && !behind && !beside;
  const pen = (strength: number, width: number) => ({
    hidden,
    borderDash: dash,
    borderColor: faded(colour, strength),
    backgroundColor: faded(colour, strength),
    borderWidth: width,
  });
  Object.assign(raw, pen(behind ? 0.3 : beside ? BESIDE : 1, behind ? 1 : 1.75), {
    data: seen(line.raw, min, max),
    // Few points have a function: chart.js keeps what points share while updates are not animated. For many it would take most of a frame.
    pointRadius: line.raw.length <= 2 * MARKED ? () => (marked ? 3 : 0) : 0,
    pointHoverRadius: 4,
    pointStyle: mark,
  });
  Object.assign(smooth, pen(beside ? BESIDE : 1, 2), { data: seen(line.smooth, min, max), pointRadius: 0, pointHoverRadius: 3 });
}
