/** Controls that views share. Where the toolkit has what is needed, they are the toolkit's. */
import type { Dropdown } from "@vscode/webview-ui-toolkit";
import { h, type Properties } from "./dom.ts";

/** One of several. @param choose is given the place in `options`; `chosen` is the place that is chosen at first */
export function dropdown(label: string, options: readonly string[], chosen: number, choose: (place: number) => void): HTMLElement {
  const listed = options.map((text, place) => h("vscode-option", { value: place, selected: place === chosen }, text));
  const element = h("vscode-dropdown", { "aria-label": label, change: () => choose(Number(element.value)) }, ...listed) as Dropdown;
  return h("label", { class: "choice" }, label, element);
}

/** Native: the toolkit has no slider. */
export const slider = (properties: Properties): HTMLInputElement => h("input", { type: "range", ...properties });

/** Words that do something. Native: the toolkit's link wants an address, and its button neither stands within a line of text nor wraps. */
export const textButton = (text: string, properties: Properties): HTMLButtonElement => h("button", { type: "button", class: "link", ...properties }, text);
