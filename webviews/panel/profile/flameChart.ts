/** The flame chart: what ran within what. Pointer, wheel and keys; every box is said in words too. */
import type { ProfileReport } from "../../../extension/protocol/profile.ts";
import { h, setText, show } from "../dom.ts";
import type { Post } from "../plots/plotCard.ts";
import type { Theme } from "../theme.ts";
import { type Box, gapAt, inOrder, leftHeavy } from "./boxes.ts";
import { boxAt, draw, type Window } from "./flameCanvas.ts";
import { type Flame, listen } from "./flameInput.ts";
import { moved } from "./flameMoves.ts";
import { KEYS, noteOf, type Order, sentenceOf } from "./flameWords.ts";
import { colourOf, componentNames, lineOf, type Palette, paletteOf } from "./palette.ts";
import { goTo } from "./place.ts";

const NAMES: Readonly<Record<Order, string>> = { "left-heavy": "Left-heavy", time: "Time order" };
/** From the beginning: the toolkit takes a button without one for a primary button, whatever it is told before it is in the page. */
const looks = (chosen: boolean): string => (chosen ? "primary" : "secondary");

export class FlameChart implements Flame {
  boxes: readonly Box[] = [];
  /** What is seen of `all`. */
  window: Window = { from: 0, to: 1 };
  all: Window = { from: 0, to: 1 };
  chosen: Box | undefined;
  readonly #canvas = h("canvas", { tabindex: 0, role: "application", "aria-roledescription": "flame chart" });
  readonly #readout = h("p", { class: "readout", role: "status" });
  readonly #note = h("p", { class: "summary" });
  readonly #reset = h(
    "vscode-button",
    { appearance: "icon", "aria-label": "Show all of the time", hidden: true, click: () => this.look(this.all) },
    "Show all",
  );
  readonly #orders: readonly HTMLElement[];
  readonly element: HTMLElement;
  readonly #post: Post;
  #theme: Theme;
  #report: ProfileReport | undefined;
  #palette: Palette = new Map();
  #components: readonly (string | undefined)[] = [];
  #order: Order = "left-heavy";

  constructor(theme: Theme, post: Post) {
    this.#theme = theme;
    this.#post = post;
    this.#orders = (["left-heavy", "time"] as const).map((order) =>
      h("vscode-button", { "data-order": order, appearance: looks(order === this.#order), click: () => this.#arrange(order) }, NAMES[order]),
    );
    const tools = h("div", { class: "tools", role: "group", "aria-label": "Controls of the flame chart" }, this.#reset, ...this.#orders);
    const keys = h("p", { class: "keys" }, ...KEYS.flatMap(([key, does]) => [h("kbd", {}, key), ` ${does}  `]));
    const bar = h("div", { class: "bar" }, h("h2", {}, "Flame chart"), tools);
    this.element = h("section", { class: "plot flame" }, bar, this.#canvas, this.#readout, this.#note, keys);
    listen(this.#canvas, this);
    new ResizeObserver(() => this.#draw()).observe(this.element);
  }

  update(report: ProfileReport): void {
    this.#report = report;
    this.#palette = paletteOf(report);
    this.#components = componentNames(report);
    const [window, all, chosen] = [this.window, this.all, this.chosen];
    this.#arrange(this.#order);
    if (chosen)
      this.choose(
        this.boxes.find(({ node, row, from }) => node === chosen.node && row === chosen.row && (this.#order === "left-heavy" || from === chosen.from)),
      );
    if (window.from > all.from || window.to < all.to) this.look(moved(window, this.all, 0)); // the learner looks at it while the program runs on
  }

  recolour(theme: Theme): void {
    this.#theme = theme;
    this.#draw();
  }

  boxAt(x: number, y: number): Box | undefined {
    return boxAt(this.#canvas, this, x, y);
  }

  look(window: Window): void {
    this.window = window;
    show(this.#reset, window.from > this.all.from || window.to < this.all.to);
    this.#draw();
  }

  choose(box: Box | undefined): void {
    if (box === this.chosen) return;
    this.chosen = box;
    setText(this.#readout, box && this.#report ? sentenceOf(box, this.#report, this.#order) : "");
    this.#draw();
  }

  go(box: Box | undefined): void {
    const place = box && this.#report?.nodes[box.node]?.place;
    if (place) goTo(this.#post, place);
  }

  #arrange(order: Order): void {
    const report = this.#report;
    if (!report) return;
    this.#order = order;
    for (const button of this.#orders) {
      const chosen = button.dataset.order === order;
      button.setAttribute("aria-pressed", String(chosen));
      button.setAttribute("appearance", looks(chosen));
    }
    this.boxes = order === "time" ? inOrder(report) : leftHeavy(report);
    this.all = { from: 0, to: Math.max(...this.boxes.map(({ to }) => to), 0.001) };
    this.chosen = undefined;
    this.#canvas.setAttribute("aria-label", order === "time" ? "Flame chart, calls in order of time" : "Flame chart, calls merged by path, heaviest first");
    this.#canvas.dataset.boxes = String(this.boxes.length);
    setText(this.#note, noteOf(report, order));
    setText(this.#readout, "");
    this.look(this.all);
  }

  #draw(): void {
    const report = this.#report;
    if (!report || this.#canvas.clientWidth === 0) return;
    draw(this.#canvas, {
      ...{ boxes: this.boxes, window: this.window, chosen: this.chosen, theme: this.#theme },
      gap: this.#order === "time" ? gapAt(report) : undefined,
      nameOf: (node) => report.nodes[node]?.name ?? "",
      colourOf: (node) => this.#colour(node, report),
      isSpan: (node) => report.nodes[node]?.kind === "span",
    });
  }

  /** Of the component; an operation in none has one of its own, if it is among those that take longest. */
  #colour(node: number, { nodes, table }: ProfileReport): string {
    const component = this.#components[node];
    if (component !== undefined) return colourOf(this.#theme, this.#palette, component);
    return lineOf(
      this.#theme,
      table.findIndex(({ name }) => name === nodes[node]?.name),
    );
  }
}
