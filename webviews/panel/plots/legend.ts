/** The names of a plot's series, each a switch that shows or hides its line. */

import { isLevel } from "../checks/verdict.ts";
import { h } from "../dom.ts";

export class Legend {
  readonly element = h("ul", { class: "legend", "aria-label": "Series" });
  readonly hidden = new Set<string>();
  readonly #onToggle: () => void;
  #swatches: readonly HTMLElement[] = [];
  #names = "";

  constructor(onToggle: () => void) {
    this.#onToggle = onToggle;
  }

  update(names: readonly string[], colourOf: (name: string) => string): void {
    if (this.#names !== names.join("\n")) this.#build(names);
    this.#names = names.join("\n");
    for (const [i, swatch] of this.#swatches.entries()) swatch.style.setProperty("--line", colourOf(names[i] as string));
  }

  #build(names: readonly string[]): void {
    this.#swatches = names.map((name) => h("span", { class: isLevel(name) ? "swatch level" : "swatch" }));
    this.element.replaceChildren(...names.map((name, i) => h("li", {}, this.#button(name, this.#swatches[i] as HTMLElement))));
  }

  #button(name: string, swatch: HTMLElement): HTMLButtonElement {
    const button = h("button", { type: "button", "aria-pressed": !this.hidden.has(name), click: () => this.#toggle(name, button) }, swatch, name);
    return button;
  }

  #toggle(name: string, button: HTMLElement): void {
    if (!this.hidden.delete(name)) this.hidden.add(name);
    button.setAttribute("aria-pressed", String(!this.hidden.has(name)));
    this.#onToggle();
  }
}
