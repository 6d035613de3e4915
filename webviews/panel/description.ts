/** A plot in words: early verdicts above it, a sentence for each series below. */
import type { SeriesData } from "../../extension/protocol/panel.ts";
import { verdict } from "./checks/verdict.ts";
import { h, setText, throttled } from "./dom.ts";
import { counted } from "./format.ts";
import { icon } from "./icons.ts";
import { summarizePlot } from "./plots/summary.ts";

export class Description {
  readonly verdicts = h("ul", { class: "verdicts", "aria-label": "What stands out" });
  readonly summary = h("p", { class: "summary" });
  /** A sentence that changes with every point cannot be read. */
  readonly update = throttled(500, (series: readonly SeriesData[], xLabel: string, leftOut: number) => {
    const note = leftOut > 0 ? ` ${counted(leftOut, "value")} of zero or less cannot be shown on a logarithmic axis.` : "";
    setText(this.summary, summarizePlot(series, xLabel) + note);
    this.#judge(series);
  });

  #judge(series: readonly SeriesData[]): void {
    const sentences = series.map(({ name, points }) => verdict(name, points)?.sentence).filter((s) => s !== undefined);
    if (sentences.join("\n") === this.verdicts.dataset.shown) return;
    this.verdicts.dataset.shown = sentences.join("\n");
    this.verdicts.hidden = sentences.length === 0;
    this.verdicts.replaceChildren(...sentences.map((sentence) => h("li", {}, icon("errored"), h("span", {}, sentence))));
  }
}
