/** A table that is sorted by a click on a heading. Native: the toolkit's grid can neither be sorted nor name its rows. */
import { textButton } from "../controls.ts";
import { h } from "../dom.ts";

export interface Column<T> {
  readonly title: string;
  /** What the title is short for. */
  readonly about?: string;
  readonly cell: (row: T) => Node | string;
  readonly key: (row: T) => number | string;
}

export class SortedTable<T extends { readonly name: string }> {
  readonly element: HTMLElement;
  readonly #columns: readonly Column<T>[];
  readonly #headings: readonly HTMLElement[];
  readonly #body = h("tbody");
  #rows: readonly T[] = [];
  #by: number;
  #descending = true;

  /** @param by column that it is sorted by at first, the largest above */
  constructor(label: string, columns: readonly Column<T>[], by: number) {
    this.#columns = columns;
    this.#by = by;
    this.#headings = columns.map(({ title, about }, i) =>
      h("th", { scope: "col" }, textButton(title, { class: "link sort", title: about, click: () => this.#sortBy(i) })),
    );
    const table = h("table", { "aria-label": label }, h("thead", {}, h("tr", {}, ...this.#headings)), this.#body);
    this.element = h("div", { class: "table", tabindex: 0, role: "region", "aria-label": label }, table);
  }

  update(rows: readonly T[]): void {
    this.#rows = rows;
    this.#show();
  }

  #sortBy(column: number): void {
    this.#descending = this.#by === column ? !this.#descending : column > 0; // names begin at A
    this.#by = column;
    this.#show();
  }

  #show(): void {
    const focused = (document.activeElement?.closest("tr") as HTMLElement | null)?.dataset.name;
    for (const [i, heading] of this.#headings.entries())
      heading.setAttribute("aria-sort", i === this.#by ? (this.#descending ? "descending" : "ascending") : "none");
    const { key } = this.#columns[this.#by] as Column<T>;
    const sign = this.#descending ? -1 : 1;
    const sorted = [...this.#rows].sort((a, b) => sign * compared(key(a), key(b)));
    this.#body.replaceChildren(
      ...sorted.map((row) =>
        h("tr", { "data-name": row.name }, ...this.#columns.map(({ cell }, i) => (i === 0 ? h("th", { scope: "row" }, cell(row)) : h("td", {}, cell(row))))),
      ),
    );
    if (focused !== undefined) this.#body.querySelector<HTMLElement>(`[data-name="${CSS.escape(focused)}"] button`)?.focus(); // numbers come in anew while the program runs
  }
}

const compared = (a: number | string, b: number | string): number => (typeof a === "string" ? a.localeCompare(String(b)) : a - Number(b));
