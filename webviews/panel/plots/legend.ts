/** The names of a plot's series, each a switch that shows or hides its line. */
import { h } from "../dom.ts";
import { type Band, describeBand } from "./band.ts";
import type { Curve } from "./curves.ts";

export class Legend {
  readonly element = h("ul", { class: "legend", "aria-label": "Series" });
  readonly hidden = new Set<string>();
  readonly #onToggle: () => void;
  #swatches: readonly HTMLElement[] = [];
  #names = "";

  constructor(onToggle: () => void) {
    this.#onToggle = onToggle;
  }

  update(curves: readonly Curve[], colourOf: (name: string) => string, band: Band | undefined): void {
    const names = JSON.stringify([curves.map(({ name, level }) => [name, level]), band]);
    if (this.#names !== names) this.#build(curves, band);
    this.#names = names;
    for (const [i, swatch] of this.#swatches.entries()) swatch.style.setProperty("--line", colourOf((curves[i] as Curve).name));
  }

  #build(curves: readonly Curve[], band: Band | undefined): void {
    this.#swatches = curves.map(swatchOf);
    const switches = curves.map(({ name }, i) => h("li", {}, this.#button(name, this.#swatches[i] as HTMLElement)));
    this.element.replaceChildren(...switches, ...(band ? [h("li", { class: "band" }, h("span", { class: "swatch area" }), describeBand(band))] : []));
  }

  /** Native: a name wraps within the page, which the toolkit's button does not. */
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

function swatchOf({ beside, level }: Curve): HTMLElement {
  const kind = beside ? (beside.dash.some((length) => length > 3) ? " beside" : " beside fine") : level ? " level" : "";
  return h("span", { class: `swatch${kind}` });
}
