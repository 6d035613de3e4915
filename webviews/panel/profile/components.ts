/** Time by component: a stacked bar, and a table of its parts. */
import type { ComponentTime, ProfileReport } from "../../../extension/protocol/profile.ts";
import { h } from "../dom.ts";
import type { Post } from "../plots/plotCard.ts";
import type { Theme } from "../theme.ts";
import { colourOf, type Palette, paletteOf } from "./palette.ts";
import { placeLink } from "./place.ts";
import { type Column, SortedTable } from "./sortedTable.ts";
import { amount, gigaflops, share, time, whole } from "./units.ts";

/** Percent of the bar that a name needs room for. */
const NAMED = 9;

export class ComponentsView {
  readonly #bar = h("div", { class: "stack", role: "img" });
  readonly #table: SortedTable<ComponentTime>;
  readonly element: HTMLElement;
  #theme: Theme;
  #palette: Palette = new Map();
  #report: ProfileReport | undefined;

  constructor(theme: Theme, post: Post) {
    this.#theme = theme;
    this.#table = new SortedTable("Time by component", this.#columns(post), 1);
    this.element = h("section", { class: "plot" }, h("h2", {}, "Time by component"), this.#bar, this.#table.element);
  }

  update(report: ProfileReport): void {
    this.#report = report;
    this.#palette = paletteOf(report);
    this.#table.update(report.components);
    this.#draw(report);
  }

  recolour(theme: Theme): void {
    this.#theme = theme;
    if (this.#report) this.update(this.#report);
  }

  #draw({ components }: ProfileReport): void {
    const all = sum(components);
    const named = components.map(({ name, ms }) => `${name} ${share(ms, all)}`);
    this.#bar.setAttribute("aria-label", `Time by component: ${named.join(", ")}`);
    this.#bar.replaceChildren(
      ...components.map(({ name, ms }) => {
        const part = h("div", { title: `${name}: ${time(ms)}, ${share(ms, all)}` }, (100 * ms) / all >= NAMED && h("span", {}, name));
        part.style.flexGrow = String(ms / all);
        part.style.setProperty("--line", this.#colour(name));
        return part;
      }),
    );
  }

  readonly #colour = (name: string): string => colourOf(this.#theme, this.#palette, name);

  #columns(post: Post): readonly Column<ComponentTime>[] {
    const all = () => sum(this.#report?.components ?? []);
    const ceiling = () => this.#report?.gigaflops;
    const swatch = (name: string) => {
      const element = h("span", { class: "swatch" });
      element.style.setProperty("--line", this.#colour(name));
      return element;
    };
    const label = ({ name, place }: ComponentTime) => h("span", { class: "named" }, swatch(name), place ? placeLink(post, place, name) : name);
    return [
      { title: "component", cell: label, key: ({ name }) => name },
      { title: "time", about: "Within the component, and not within another inside", cell: ({ ms }) => time(ms), key: ({ ms }) => ms },
      { title: "share", about: "Of the run", cell: ({ ms }) => share(ms, all()), key: ({ ms }) => ms },
      { title: "calls", cell: ({ isSpan, calls }) => (isSpan ? whole(calls) : ""), key: ({ calls }) => calls },
      { title: "FLOPs", about: FLOPS, cell: ({ flops }) => (flops > 0 ? amount(flops) : ""), key: ({ flops }) => flops },
      { title: "GFLOP/s", about: "Reached", cell: ({ flops, ms }) => gigaflops(flops, ms), key: rateOf },
      {
        title: "of matmul rate",
        about: "Against the rate of a large product of matrices, measured on this machine before the run",
        cell: (row) => (row.flops > 0 && ceiling() ? share(rateOf(row), ceiling() as number) : ""),
        key: rateOf,
      },
    ];
  }
}

export const FLOPS = "Multiplications and additions of products of matrices and convolutions";

const sum = (components: readonly ComponentTime[]): number => components.reduce((all, { ms }) => all + ms, 0);
const rateOf = ({ flops, ms }: ComponentTime): number => (ms > 0 ? flops / ms / 1e6 : 0);
