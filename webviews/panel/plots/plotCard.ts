/** One plot with all that stands around it: verdicts, legend, controls, summary, table. */
import type { PanelIntent } from "../../../extension/protocol/panel.ts";
import type { PlotSpec } from "../../../extension/protocol/runtime.ts";
import { Description } from "../description.ts";
import { h, setText, show } from "../dom.ts";
import { icon } from "../icons.ts";
import type { Theme } from "../theme.ts";
import { describeBand } from "./band.ts";
import { colourOf, Plot } from "./chart.ts";
import { chartKeys } from "./chartKeys.ts";
import { type Curve, laws } from "./curves.ts";
import { DataTable } from "./dataTable.ts";
import { Legend } from "./legend.ts";
import type { View } from "./lines.ts";
import { pngOf } from "./png.ts";
import { csvOf, fileName } from "./series.ts";
import { svgOf } from "./svg.ts";

/** What all plots of a run share. */
export interface Look {
  readonly smoothing: number;
  /** The last step, where the run under way has said it. */
  readonly total: number | undefined;
  readonly colours: ReadonlyMap<string, number>;
}

export type Post = (intent: PanelIntent) => void;

export class PlotCard {
  readonly element: HTMLElement;
  readonly #post: Post;
  readonly #canvas = h("canvas", { tabindex: 0, role: "application", "aria-roledescription": "line chart" });
  readonly #reset = h("vscode-button", { appearance: "icon", "aria-label": "Reset zoom", hidden: true, click: () => this.showAll() }, "Reset zoom");
  readonly #legend = new Legend(() => this.#draw());
  readonly #description = new Description();
  readonly #table: DataTable;
  readonly #plot: Plot;
  #theme: Theme;
  #spec: PlotSpec;
  #series: readonly Curve[] = [];
  /** With the laws that are fitted to them. */
  #curves: readonly Curve[] = [];
  #view: View;
  #total: number | undefined;
  /** Of the curves' colours: what stands beside a curve has that one's. */
  #numbers: ReadonlyMap<string, number> = new Map();

  constructor(spec: PlotSpec, theme: Theme, post: Post) {
    this.#spec = spec;
    this.#theme = theme;
    this.#post = post;
    this.#view = { logX: spec.x?.log ?? false, logY: spec.y?.log ?? false, smoothing: 0 };
    this.#table = new DataTable(spec.title);
    this.#canvas.setAttribute("aria-label", spec.title);
    const readout = h("p", { class: "readout", role: "status" });
    const { verdicts, summary } = this.#description;
    const frame = h("div", { class: "canvas" }, this.#canvas);
    this.element = h("section", { class: "plot" }, this.#bar(), verdicts, this.#legend.element, frame, readout, summary, this.#table.element);
    this.#plot = new Plot(this.#canvas, theme, (zoomed) => show(this.#reset, zoomed));
    chartKeys(this.#plot, (text) => setText(readout, text));
  }

  update(spec: PlotSpec, series: readonly Curve[], { smoothing, total, colours }: Look): void {
    this.#total = total;
    if (smoothing !== this.#view.smoothing) this.#view = { ...this.#view, smoothing };
    this.#spec = spec;
    this.#series = series;
    this.#curves = [...series, ...laws(spec, series)];
    this.#numbers = new Map(this.#curves.map(({ name, beside }) => [name, colours.get(beside?.name ?? name) ?? 0]));
    this.#draw();
  }

  recolour(theme: Theme): void {
    this.#theme = theme;
    this.#plot.recolour(theme);
    this.#legend.update(this.#curves, this.#colourOf, this.#spec.band);
  }

  /** Undoes any zoom. */
  showAll(): void {
    this.#plot.showAll();
  }

  dispose(): void {
    this.#plot.chart.destroy();
    this.element.remove();
  }

  readonly #colourOf = (name: string): string => colourOf(this.#theme, this.#numbers.get(name) ?? 0);

  /** Where the x axis will end, if it counts the steps that the run's progress counts. */
  get #end(): number | undefined {
    const furthest = Math.max(...this.#series.flatMap(({ points }) => points.at(-1)?.[0] ?? 0));
    return this.#xLabel === "step" && this.#total !== undefined && furthest <= this.#total ? this.#total : undefined;
  }

  get #xLabel(): string {
    return this.#spec.x?.label ?? "step";
  }

  #draw(): void {
    const { band, title } = this.#spec;
    this.#legend.update(this.#curves, this.#colourOf, band);
    const [first, ...others] = this.#curves;
    // The title says it already.
    show(this.#legend.element, others.length > 0 || band !== undefined || first?.name.toLowerCase() !== title.toLowerCase());
    const drawing = { hidden: this.#legend.hidden, colours: this.#numbers, end: this.#end };
    const leftOut = this.#plot.update(this.#spec, this.#curves, this.#view, drawing);
    this.#description.update(this.#series, this.#spec, leftOut);
    this.#table.update(this.#series, this.#xLabel);
    this.#canvas.dataset.points = String(this.#series.reduce((n, s) => n + s.points.length, 0));
  }

  #bar(): HTMLElement {
    const { title } = this.#spec;
    const save = (format: string, call: () => void) =>
      h("vscode-button", { appearance: "icon", "aria-label": `Save ${title} as ${format}`, title: `Save as ${format}`, click: call }, icon("save"), format);
    const toggles = [this.#toggle("logX", "log x"), this.#toggle("logY", "log y")];
    const copy = h(
      "vscode-button",
      { appearance: "icon", "aria-label": `Copy the numbers of ${title}`, title: "Copy as CSV", click: () => this.#copy() },
      icon("copy"),
      "Copy",
    );
    const saves = [save("PNG", () => this.#savePng()), save("SVG", () => this.#saveSvg()), save("CSV", () => this.#saveCsv())];
    const tools = [this.#reset, ...toggles, ...saves, copy];
    return h("div", { class: "bar" }, h("h2", {}, title), h("div", { class: "tools", role: "group", "aria-label": `Controls of ${title}` }, ...tools));
  }

  #toggle(axis: "logX" | "logY", label: string): HTMLElement {
    const change = (): void => {
      this.#view = { ...this.#view, [axis]: (box as HTMLInputElement).checked };
      this.#plot.showAll();
      this.#draw();
    };
    const box = h("vscode-checkbox", { checked: this.#view[axis], change }, label);
    return box;
  }

  get #picture() {
    const { title, band } = this.#spec;
    const curves = this.#curves.filter(({ name }) => !this.#legend.hidden.has(name)).map(({ name }) => ({ name, colour: this.#colourOf(name) }));
    const legend = [...curves, ...(band ? [{ name: describeBand(band), colour: this.#theme.band }] : [])];
    return { title, legend, canvas: this.#canvas, theme: this.#theme, ...(band && { band }) };
  }

  #savePng(): void {
    const content = pngOf(this.#picture);
    this.#post({ kind: "save", name: fileName(this.#spec.title, "png"), content, encoding: "base64" });
  }

  #saveSvg(): void {
    const content = svgOf(this.#picture, this.#plot.chart);
    this.#post({ kind: "save", name: fileName(this.#spec.title, "svg"), content, encoding: "utf8" });
  }

  #copy(): void {
    this.#post({ kind: "copy", text: csvOf(this.#series, this.#xLabel) });
  }

  #saveCsv(): void {
    this.#post({ kind: "save", name: fileName(this.#spec.title, "csv"), content: csvOf(this.#series, this.#xLabel), encoding: "utf8" });
  }
}
