/** Plots, Checks and Profile. The host may ask for a tab; the learner's later choice holds until it asks again. */
import type { Panels } from "@vscode/webview-ui-toolkit";
import { h, setText } from "./dom.ts";
import { tally } from "./format.ts";
import type { PanelState } from "./state.ts";

export class TabsView {
  readonly #tally = h("span", { class: "tally" });
  readonly #checks = h("vscode-panel-tab", { id: "checks" }, "Checks ", this.#tally);
  readonly element: Panels;
  #asked = -1;

  constructor(plots: HTMLElement, checks: HTMLElement, profile: HTMLElement) {
    this.element = h(
      "vscode-panels",
      { activeid: "plots", "aria-label": "Practicum", change: () => this.#changed() },
      h("vscode-panel-tab", { id: "plots" }, "Plots"),
      this.#checks,
      h("vscode-panel-tab", { id: "profile" }, "Profile"),
      h("vscode-panel-view", { id: "plots-view" }, plots),
      h("vscode-panel-view", { id: "checks-view" }, checks),
      h("vscode-panel-view", { id: "profile-view" }, profile),
    ) as Panels;
  }

  update({ tab, tabAsked, grade }: PanelState): void {
    setText(this.#tally, grade && grade.checks.length > 0 ? tally(grade) : "");
    this.#checks.setAttribute("aria-label", `Checks ${this.#tally.textContent}`.trim()); // the toolkit took the label for good
    if (tabAsked === this.#asked) return;
    this.#asked = tabAsked;
    this.element.activeid = tab;
    this.#changed();
  }

  #changed(): void {
    document.body.dataset.tab = this.element.activeid;
  }
}
