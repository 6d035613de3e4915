/** The flame chart: what ran within what. Pointer, wheel and keys; every box is said in words too. */
import type { ProfileReport } from "../../../extension/protocol/profile.ts";
import { h, setText, show } from "../dom.ts";
import type { Post } from "../plots/plotCard.ts";
import type { Theme } from "../theme.ts";
import { type Box, gapAt, inOrder, leftHeavy } from "./boxes.ts";
import { boxAt, draw, type Window } from "./flameCanvas.ts";
import { around, type Direction, moved, neighbour, showing, zoomed } from "./flameMoves.ts";
import { colourOf, componentNames, lineOf, type Palette, paletteOf } from "./palette.ts";
import { goTo, placeText } from "./place.ts";
import { share, time, whole } from "./units.ts";

type Order = "time" | "left-heavy";

const ZOOM = 1.4;
/** Pixels of a pointer that was clicked, not dragged. */
const STILL = 4;

export class FlameChart {
  readonly #canvas = h("canvas", { tabindex: 0, role: "application", "aria-roledescription": "flame chart" });
  readonly #readout = h("p", { class: "readout", role: "status" });
  readonly #note = h("p", { class: "summary" });
  readonly #reset = h(
    "vscode-button",
    { appearance: "icon", "aria-label": "Show all of the time", hidden: true, click: () => this.#look(this.#all) },
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
  #boxes: readonly Box[] = [];
  #window: Window = { from: 0, to: 1 };
  #all: Window = { from: 0, to: 1 };
  #chosen: Box | undefined;
  #grabbed: { readonly x: number; readonly window: Window; still: boolean } | undefined;

  constructor(theme: Theme, post: Post) {
    this.#theme = theme;
    this.#post = post;
    this.#orders = (["left-heavy", "time"] as const).map((order) =>
      h("button", { type: "button", class: "order", "data-order": order, click: () => this.#arrange(order) }, order === "time" ? "Time order" : "Left-heavy"),
    );
    const tools = h("div", { class: "tools", role: "group", "aria-label": "Controls of the flame chart" }, this.#reset, ...this.#orders);
    const keys = h("p", { class: "keys" }, ...KEYS.flatMap(([key, does]) => [h("kbd", {}, key), ` ${does}  `]));
    const bar = h("div", { class: "bar" }, h("h2", {}, "Flame chart"), tools);
    this.element = h("section", { class: "plot flame" }, bar, this.#canvas, this.#readout, this.#note, keys);
    this.#listen();
    new ResizeObserver(() => this.#draw()).observe(this.element);
  }

  update(report: ProfileReport): void {
    this.#report = report;
    this.#palette = paletteOf(report);
    this.#components = componentNames(report);
    const [window, all, chosen] = [this.#window, this.#all, this.#chosen];
    this.#arrange(this.#order);
    if (chosen)
      this.#choose(
        this.#boxes.find(({ node, row, from }) => node === chosen.node && row === chosen.row && (this.#order === "left-heavy" || from === chosen.from)),
      );
    if (window.from > all.from || window.to < all.to) this.#look(moved(window, this.#all, 0)); // the learner looks at it while the program runs on
  }

  recolour(theme: Theme): void {
    this.#theme = theme;
    this.#draw();
  }

  #arrange(order: Order): void {
    const report = this.#report;
    if (!report) return;
    this.#order = order;
    for (const button of this.#orders) button.setAttribute("aria-pressed", String(button.dataset.order === order));
    this.#boxes = order === "time" ? inOrder(report) : leftHeavy(report);
    this.#all = { from: 0, to: Math.max(...this.#boxes.map(({ to }) => to), 0.001) };
    this.#chosen = undefined;
    this.#canvas.setAttribute("aria-label", order === "time" ? "Flame chart, calls in order of time" : "Flame chart, calls merged by path, heaviest first");
    this.#canvas.dataset.boxes = String(this.#boxes.length);
    setText(this.#note, noteOf(report, order));
    setText(this.#readout, "");
    this.#look(this.#all);
  }

  #look(window: Window): void {
    this.#window = window;
    show(this.#reset, window.from > this.#all.from || window.to < this.#all.to);
    this.#draw();
  }

  #draw(): void {
    const report = this.#report;
    if (!report || this.#canvas.clientWidth === 0) return;
    draw(this.#canvas, {
      ...{ boxes: this.#boxes, window: this.#window, chosen: this.#chosen, theme: this.#theme },
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

  #choose(box: Box | undefined): void {
    if (box === this.#chosen) return;
    this.#chosen = box;
    setText(this.#readout, box && this.#report ? sentenceOf(box, this.#report, this.#order) : "");
    this.#draw();
  }

  #go(box: Box | undefined): void {
    const place = box && this.#report?.nodes[box.node]?.place;
    if (place) goTo(this.#post, place);
  }

  #listen(): void {
    const on = <K extends keyof HTMLElementEventMap>(event: K, does: (event: HTMLElementEventMap[K]) => void) => this.#canvas.addEventListener(event, does);
    on("keydown", (event) => this.#key(event));
    on("wheel", (event) => this.#wheel(event));
    on("pointerdown", (event) => {
      this.#grabbed = { x: event.offsetX, window: this.#window, still: true };
      this.#canvas.setPointerCapture(event.pointerId);
    });
    on("pointermove", (event) => this.#point(event));
    on("pointerup", (event) => this.#release(event));
    on("pointerleave", () => this.#choose(undefined));
  }

  #point({ offsetX, offsetY }: PointerEvent): void {
    const grabbed = this.#grabbed;
    if (!grabbed) return void this.#choose(boxAt(this.#canvas, { boxes: this.#boxes, window: this.#window }, offsetX, offsetY));
    grabbed.still &&= Math.abs(offsetX - grabbed.x) < STILL;
    const perPixel = (this.#window.to - this.#window.from) / this.#canvas.clientWidth;
    if (!grabbed.still) this.#look(moved(grabbed.window, this.#all, (grabbed.x - offsetX) * perPixel));
  }

  /** A click leads to the line; with Shift it zooms to the box. */
  #release({ offsetX, offsetY, shiftKey }: PointerEvent): void {
    const still = this.#grabbed?.still;
    this.#grabbed = undefined;
    const box = boxAt(this.#canvas, { boxes: this.#boxes, window: this.#window }, offsetX, offsetY);
    if (!still || !box) return;
    if (shiftKey) this.#look(around(box, this.#all));
    else this.#go(box);
  }

  /** The plain wheel scrolls the page, as everywhere in VS Code. */
  #wheel(event: WheelEvent): void {
    if (!event.ctrlKey) return;
    event.preventDefault();
    const middle = this.#window.from + (event.offsetX / this.#canvas.clientWidth) * (this.#window.to - this.#window.from);
    this.#look(zoomed(this.#window, this.#all, event.deltaY < 0 ? ZOOM : 1 / ZOOM, middle));
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return; // VS Code's own
    const { key } = event;
    const chosen = this.#chosen;
    const middle = chosen && (Math.max(chosen.from, this.#window.from) + Math.min(chosen.to, this.#window.to)) / 2;
    if (/^(Arrow|Home$|End$)/.test(key)) {
      const next = neighbour(this.#boxes, chosen, key as Direction);
      if (next) this.#window = showing(this.#window, this.#all, next);
      this.#choose(next);
      this.#look(this.#window);
    } else if (key === "Enter") this.#go(chosen);
    else if (key === "z" && chosen) this.#look(around(chosen, this.#all));
    else if (key === "+" || key === "=") this.#look(zoomed(this.#window, this.#all, ZOOM, middle));
    else if (key === "-") this.#look(zoomed(this.#window, this.#all, 1 / ZOOM, middle));
    else if (key === "0") this.#look(this.#all);
    else return;
    event.preventDefault();
  }
}

const KEYS: readonly (readonly [string, string])[] = [
  ["Click", "goes to the line,"],
  ["Shift+click", "zooms to the box,"],
  ["Ctrl+wheel", "zooms,"],
  ["drag", "moves."],
  ["← ↑ → ↓", "walk,"],
  ["Enter", "goes to the line,"],
  ["Z + - 0", "zoom."],
];

function noteOf({ gap, nodes, frames }: ProfileReport, order: Order): string {
  if (order === "left-heavy") return "All calls of one path are one box; what took longest stands at the left.";
  const calls = nodes.reduce((n, node) => n + node.calls, -1);
  if (!gap) return `All ${whole(frames.length)} calls, in order of time.`;
  return `The first and the last ${whole(Math.round(frames.length / 2))} of ${whole(calls)} calls. At the dashed line ${time(gap.to - gap.from)} are left out.`;
}

function sentenceOf({ node, ms }: Box, { nodes, ms: all }: ProfileReport, order: Order): string {
  const { name, kind, calls, place, self } = nodes[node] as ProfileReport["nodes"][number];
  const path: string[] = [];
  for (let at = nodes[node]?.parent; at !== undefined && at > 0; at = nodes[at]?.parent) path.unshift(nodes[at]?.name ?? "");
  const merged = order === "left-heavy" ? `, ${share(ms, all)} of the run, ${whole(calls)} ${calls === 1 ? "call" : "calls"}` : "";
  const own = kind === "span" && order === "left-heavy" ? `, self ${time(self)}` : "";
  return `${[...path, name].join(" › ")}: ${time(ms)}${merged}${own}${place ? `, ${placeText(place)}` : ""}`;
}
