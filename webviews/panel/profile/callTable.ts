/** The flame chart as a table, behind a disclosure: for those who read rather than look. */
import type { ProfileReport } from "../../../extension/protocol/profile.ts";
import { h } from "../dom.ts";
import type { Post } from "../plots/plotCard.ts";
import { leftHeavy } from "./boxes.ts";
import { placeLink } from "./place.ts";
import { time, whole } from "./units.ts";

/** More rows are no longer read. */
const SHOWN = 200;

export class CallTable {
  readonly #body = h("div", { class: "table", tabindex: 0, role: "region", "aria-label": "Calls by path" });
  readonly element: HTMLDetailsElement = h("details", { toggle: () => this.#fill() }, h("summary", {}, "Calls as a table"), this.#body);
  readonly #post: Post;
  #report: ProfileReport | undefined;

  constructor(post: Post) {
    this.#post = post;
  }

  update(report: ProfileReport): void {
    this.#report = report;
    this.#fill();
  }

  #fill(): void {
    const report = this.#report;
    if (!this.element.open || !report) return void this.#body.replaceChildren();
    const boxes = leftHeavy(report).slice(0, SHOWN);
    const head = h("tr", {}, ...["call", "level", "calls", "total", "self", "line"].map((title) => h("th", { scope: "col" }, title)));
    const rows = boxes.map(({ node, row }) => {
      const { name, calls, total, self, place } = report.nodes[node] as ProfileReport["nodes"][number];
      const title = h("th", { scope: "row" }, name);
      title.style.setProperty("--level", String(row));
      const cells = [String(row + 1), whole(calls), time(total), time(self), place ? placeLink(this.#post, place) : ""];
      return h("tr", {}, title, ...cells.map((cell) => h("td", {}, cell)));
    });
    this.#body.replaceChildren(h("table", { class: "calls" }, h("thead", {}, head), h("tbody", {}, ...rows)));
  }
}
