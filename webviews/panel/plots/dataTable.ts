/** The numbers of a plot as a table, behind a disclosure: for those who read rather than look, and for copying. */
import type { SeriesData } from "../../../extension/protocol/panel.ts";
import { h, setText, throttled } from "../dom.ts";
import { exact } from "../format.ts";
import { type Row, rowsOf } from "./series.ts";

/** More rows are no longer read; the CSV has them all. */
const SHOWN = 200;

export class DataTable {
  readonly #summary = h("summary");
  readonly #body = h("div", { class: "table", tabindex: 0, role: "region" });
  readonly element: HTMLDetailsElement = h("details", { toggle: () => this.#fill() }, this.#summary, this.#body);
  #series: readonly SeriesData[] = [];
  #xLabel = "step";
  readonly #fillSoon = throttled(1000, () => this.#fill());

  constructor(title: string) {
    this.#body.setAttribute("aria-label", `Data of ${title}`);
  }

  update(series: readonly SeriesData[], xLabel: string): void {
    this.#series = series;
    this.#xLabel = xLabel;
    const count = series.reduce((n, s) => n + s.points.length, 0);
    setText(this.#summary, `Data (${count.toLocaleString("en-US")} ${count === 1 ? "point" : "points"})`);
    if (this.element.open) this.#fillSoon();
  }

  #fill(): void {
    this.#body.replaceChildren(...(this.element.open ? this.#parts() : []));
  }

  #parts(): readonly HTMLElement[] {
    const rows = rowsOf(this.#series);
    const shown = evenly(rows, SHOWN);
    const head = h("tr", {}, ...[this.#xLabel, ...this.#series.map((s) => s.name)].map((name) => h("th", { scope: "col" }, name)));
    const lines = shown.map(({ step, values }) =>
      h("tr", {}, h("th", { scope: "row" }, exact(step)), ...values.map((v) => h("td", {}, v === undefined ? "" : exact(v)))),
    );
    const note = shown.length < rows.length && h("p", {}, `${SHOWN} of ${rows.length.toLocaleString("en-US")} rows, evenly spaced; the CSV has all.`);
    const table = h("table", {}, h("thead", {}, head), h("tbody", {}, ...lines));
    return note ? [note, table] : [table];
  }
}

/** First and last included. */
const evenly = (rows: readonly Row[], most: number): readonly Row[] =>
  rows.length <= most ? rows : Array.from({ length: most }, (_, i) => rows[Math.round((i * (rows.length - 1)) / (most - 1))] as Row);
