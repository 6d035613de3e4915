/** The exercise's earlier runs as a table: each can be compared with the run that is shown, exported and removed. */
import type { EarlierRun } from "../../../extension/protocol/panel.ts";
import { textButton } from "../controls.ts";
import { h, setText, show } from "../dom.ts";
import { clock, counted, runStateWords, short } from "../format.ts";
import { icon, runStateIcons } from "../icons.ts";
import { timeOf } from "./curves.ts";
import type { Post } from "./plotCard.ts";

/** More final values than this are no longer read; the curves have them. */
const FINALS = 4;
const COLUMNS = ["Compare with the run of", "Ended", "Took", "Backend", "Scale", "Final values", "Actions"];

export class EarlierList {
  readonly #post: Post;
  readonly #summary = h("summary");
  readonly #body = h("tbody");
  readonly element: HTMLDetailsElement;
  #shown: readonly EarlierRun[] = [];

  constructor(post: Post) {
    this.#post = post;
    const head = h("tr", {}, ...COLUMNS.map((name) => h("th", { scope: "col" }, name)));
    const table = h("table", {}, h("thead", {}, head), this.#body);
    const region = h("div", { class: "table", tabindex: 0, role: "region", "aria-label": "Earlier runs" }, table);
    this.element = h("details", { class: "earlier", hidden: true }, this.#summary, region);
  }

  update(runs: readonly EarlierRun[]): void {
    if (runs === this.#shown) return;
    this.#shown = runs;
    const compared = runs.filter(({ overlay }) => overlay).length;
    show(this.element, runs.length > 0);
    setText(this.#summary, `${counted(runs.length, "earlier run")}${compared > 0 ? `, ${compared} compared` : ""}`);
    const focused = (document.activeElement as HTMLElement | null)?.dataset.key;
    this.#body.replaceChildren(...runs.map((run) => this.#row(run)));
    if (focused) this.#body.querySelector<HTMLElement>(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  }

  #row(run: EarlierRun): HTMLElement {
    const { id, state, backend, scale, finals, overlay, startedAt, endedAt } = run;
    const time = timeOf(run);
    const compared = overlay !== undefined;
    const change = ({ target }: Event): void => {
      const on = (target as HTMLInputElement).checked;
      if (on !== compared) this.#post({ kind: "overlay", run: id, on }); // it tells of its first state too
    };
    const compare = h("vscode-checkbox", { "data-key": `compare ${id}`, checked: compared, change }, time);
    const values = finals.slice(0, FINALS).map(({ name, value }) => `${name} ${short(value)}`);
    const cells = [
      h("th", { scope: "row" }, compare),
      h("td", {}, h("span", { class: "state" }, icon(runStateIcons[state]), runStateWords[state])),
      h("td", {}, endedAt === undefined ? "" : clock(Date.parse(endedAt) - Date.parse(startedAt))),
      h("td", {}, backend?.name ?? ""),
      h("td", {}, scale),
      h("td", { class: "finals" }, [...values, ...(finals.length > FINALS ? [`${finals.length - FINALS} more`] : [])].join(", ")),
      h("td", {}, this.#button(id, "saveEvents", "TensorBoard", `Write TensorBoard event file of the run of ${time}`), this.#remove(id, time)),
    ];
    return h("tr", { "data-run": id }, ...cells);
  }

  #remove = (id: string, time: string): HTMLElement => this.#button(id, "removeRun", "Remove", `Remove the run of ${time}`);

  #button(run: string, kind: "saveEvents" | "removeRun", text: string, label: string): HTMLElement {
    return textButton(text, { "data-key": `${kind} ${run}`, "aria-label": label, click: () => this.#post({ kind, run }) });
  }
}
