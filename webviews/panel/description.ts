/** A plot in words: early verdicts above it, a sentence for each series below. */
import type { PlotSpec } from "../../extension/protocol/runtime.ts";
import { verdict } from "./checks/verdict.ts";
import { h, setText, throttled } from "./dom.ts";
import { counted, short } from "./format.ts";
import { icon } from "./icons.ts";
import { describeBand } from "./plots/band.ts";
import type { Curve } from "./plots/curves.ts";
import { describePowerLaw, fitPowerLaw } from "./plots/powerLaw.ts";
import { summarizePlot } from "./plots/summary.ts";

export class Description {
  readonly verdicts = h("ul", { class: "verdicts", "aria-label": "What stands out" });
  readonly summary = h("p", { class: "summary" });
  /** A sentence that changes with every point cannot be read. */
  readonly update = throttled(500, (series: readonly Curve[], { x, band, powerLaw = [] }: PlotSpec, leftOut: number) => {
    const laws = series.filter(({ name }) => powerLaw.includes(name)).map(({ name, points }) => lawOf(name, points));
    const accepted = band && `${capitalized(describeBand(band))}.`;
    const note = leftOut > 0 && `${counted(leftOut, "value")} of zero or less cannot be shown on a logarithmic axis.`;
    const own = series.filter(({ beside }) => !beside);
    setText(this.summary, [...laws, summarizePlot(own, x?.label), comparison(series), accepted, note].filter(Boolean).join(" "));
    this.#judge(own);
  });

  #judge(series: readonly Curve[]): void {
    const sentences = series.map((curve) => verdict(curve)?.sentence).filter((s) => s !== undefined);
    if (sentences.join("\n") === this.verdicts.dataset.shown) return;
    this.verdicts.dataset.shown = sentences.join("\n");
    this.verdicts.hidden = sentences.length === 0;
    this.verdicts.replaceChildren(...sentences.map((sentence) => h("li", {}, icon("errored"), h("span", {}, sentence))));
  }
}

function lawOf(name: string, points: Curve["points"]): string {
  const law = fitPowerLaw(points);
  return law ? `${describePowerLaw(name, law)}.` : "";
}

function comparison(series: readonly Curve[]): string {
  const ends = series.filter(({ beside }) => beside).map(({ name, points }) => `${name} ended at ${short(points.at(-1)?.[1] ?? Number.NaN)}`);
  return ends.length === 0 ? "" : `For comparison: ${ends.join(", ")}.`;
}

const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
