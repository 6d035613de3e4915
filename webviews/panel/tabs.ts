/** Plots and Checks. The host may ask for a tab; the learner's later choice holds until it asks again. */
import { h, setText } from "./dom.ts";
import { tally } from "./format.ts";
import type { PanelState, Tab } from "./state.ts";

export class TabsView {
  readonly #tally = h("span", { class: "tally" });
  readonly element: HTMLElement;
  #asked = -1;

  constructor(plots: HTMLElement, checks: HTMLElement) {
    this.element = h(
      "vscode-panels",
      { activeid: "plots", "aria-label": "Practicum", change: () => this.#changed() },
      h("vscode-panel-tab", { id: "plots" }, "Plots"),
      h("vscode-panel-tab", { id: "checks" }, "Checks", this.#tally),
      h("vscode-panel-view", { id: "plots-view" }, plots),
      h("vscode-panel-view", { id: "checks-view" }, checks),
    );
  }

  update({ tab, tabAsked, grade }: PanelState): void {
    setText(this.#tally, grade ? tally(grade) : "");
    if (tabAsked === this.#asked) return;
    this.#asked = tabAsked;
    this.element.setAttribute("activeid", tab);
    this.#changed();
  }

  #changed(): void {
    document.body.dataset.tab = (this.element.getAttribute("activeid") ?? "plots") as Tab;
  }
}
