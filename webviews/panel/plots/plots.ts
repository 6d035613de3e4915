/** The tab Plots: a card for each plot of the run, one smoothing for all, what the program printed. */
import { slider } from "../controls.ts";
import { h, setText, show } from "../dom.ts";
import { icon } from "../icons.ts";
import { isLive, type PanelState } from "../state.ts";
import { onThemeChange, readTheme } from "../theme.ts";
import { type Curve, curvesOf, overlaid } from "./curves.ts";
import { EarlierList } from "./earlierList.ts";
import { PlotCard, type Post } from "./plotCard.ts";
import { colourNumbers, plotsOf } from "./series.ts";

export class PlotsView {
  readonly #post: Post;
  readonly #smoothing = slider({ id: "smoothing", min: 0, max: 0.99, step: 0.01, value: 0, input: () => this.#redraw() });
  readonly #smoothed = h("output", { for: "smoothing" }, "off");
  readonly #tools: HTMLElement;
  readonly #empty = h("div", { class: "empty" });
  readonly #list = h("div", { class: "plots" });
  readonly #earlier: EarlierList;
  readonly #printed = h("pre", { tabindex: 0, role: "region", "aria-label": "Output of the program" });
  readonly #output = h("details", { class: "output", hidden: true }, h("summary", {}, "Output of your program"), this.#printed);
  readonly element: HTMLElement;
  readonly #cards = new Map<string, PlotCard>();
  #theme = readTheme();
  #state: PanelState | undefined;
  #coloured: { readonly run: string | undefined; readonly numbers: ReadonlyMap<string, number> } = { run: undefined, numbers: new Map() };

  constructor(post: Post) {
    this.#post = post;
    this.#earlier = new EarlierList(post);
    const smoothing = h("div", { class: "smoothing" }, h("label", { for: "smoothing" }, "Smoothing"), this.#smoothing, this.#smoothed);
    const keys = h(
      "p",
      { class: "keys" },
      "Drag or ",
      h("kbd", {}, "Ctrl"),
      "+wheel zooms, ",
      h("kbd", {}, "Shift"),
      "+drag moves, ",
      h("kbd", {}, "←"),
      h("kbd", {}, "→"),
      " read values, ",
      h("kbd", {}, "0"),
      " shows all.",
    );
    const events = h(
      "vscode-button",
      {
        appearance: "icon",
        "aria-label": "Write TensorBoard event file",
        title: "Write TensorBoard event file",
        click: () => this.#state?.run && post({ kind: "saveEvents", run: this.#state.run.id }),
      },
      icon("save"),
      "TensorBoard",
    );
    this.#tools = h("div", { class: "toolbar" }, smoothing, events, keys);
    this.element = h("div", { class: "view" }, this.#empty, this.#earlier.element, this.#tools, this.#list, this.#output);
    onThemeChange((theme) => {
      this.#theme = theme;
      for (const card of this.#cards.values()) card.recolour(theme);
    });
  }

  update(state: PanelState): void {
    const before = this.#state;
    this.#state = state;
    const plots = plotsToDraw(state);
    this.#earlier.update(state.earlier);
    for (const [title, card] of this.#cards) {
      if (!plots.some((plot) => plot.title === title)) this.#drop(title, card);
      else if (before?.run?.id !== state.run?.id) card.showAll();
    }
    const same = before?.series === state.series && before.run?.plots === state.run?.plots && before.earlier === state.earlier;
    if (!same || knownTotal(before?.run) !== knownTotal(state.run)) this.#draw(state, plots);
    show(this.#tools, plots.length > 0);
    this.#explain(state, plots.length);
    setText(this.#printed, state.run?.output ?? "");
    show(this.#output, (state.run?.output ?? "") !== "");
  }

  #draw(state: PanelState, plots: ReturnType<typeof plotsOf>): void {
    const look = { smoothing: Number(this.#smoothing.value), total: knownTotal(state.run), colours: this.#colours(state, plots) };
    const curves: readonly Curve[] = [...curvesOf(plots, state.series), ...overlaid(state.earlier)];
    for (const plot of plots) {
      const card = this.#cards.get(plot.title) ?? this.#add(plot);
      const shown = curves.filter(({ name, beside }) => plot.series.includes(beside?.name ?? name));
      card.update(plot, shown, look);
    }
  }

  /** Of one run: its series keep their colours while others come. */
  #colours({ run }: PanelState, plots: ReturnType<typeof plotsOf>): ReadonlyMap<string, number> {
    const known = this.#coloured.run === run?.id ? this.#coloured.numbers : new Map<string, number>();
    this.#coloured = { run: run?.id, numbers: colourNumbers(plots, known) };
    return this.#coloured.numbers;
  }

  #redraw(): void {
    const smoothing = Number(this.#smoothing.value);
    setText(this.#smoothed, smoothing === 0 ? "off" : smoothing.toFixed(2));
    if (this.#state) this.#draw(this.#state, plotsToDraw(this.#state));
  }

  #add(plot: ReturnType<typeof plotsOf>[number]): PlotCard {
    const card = new PlotCard(plot, this.#theme, this.#post);
    this.#cards.set(plot.title, card);
    this.#list.append(card.element);
    return card;
  }

  #drop(title: string, card: PlotCard): void {
    card.dispose();
    this.#cards.delete(title);
  }

  #explain({ run, grade, ...state }: PanelState, plots: number): void {
    const exercise = run?.exercise ?? grade?.exercise ?? state.exercise;
    const key = plots > 0 ? "" : !run ? `none ${exercise}` : isLive(run) ? "live" : "over";
    show(this.#empty, key !== "");
    if (this.#empty.dataset.key === key) return;
    this.#empty.dataset.key = key;
    this.#empty.replaceChildren(...emptyState(key, exercise, this.#post));
  }
}

/** As the run declares them, or else the newest of those that it is compared with. */
function plotsToDraw({ run, series, earlier }: PanelState): ReturnType<typeof plotsOf> {
  const overlays = earlier.flatMap(({ overlay }) => overlay ?? []);
  const declared = run && run.plots.length > 0 ? run.plots : (overlays[0]?.plots ?? []);
  return plotsOf(declared, [...new Map([series, ...overlays.map((overlay) => overlay.series)].flat().map((one) => [one.name, one])).values()]);
}

/** How far a run under way will go, where it has said so; then the axis need not move. */
const knownTotal = (run: PanelState["run"]): number | undefined => (isLive(run) && run?.progress && run.progress.total > 0 ? run.progress.total : undefined);

function emptyState(key: string, exercise: string | undefined, post: Post): readonly HTMLElement[] {
  if (key === "live") return [h("h2", {}, "Waiting for the first point"), h("p", {}, "The curve appears with the first value that the run traces.")];
  if (key === "over")
    return [
      h("h2", {}, "This run traced nothing"),
      h("p", {}, "A line ", h("code", {}, "trace.log({ loss }, step)"), " adds a point to the curve ", h("code", {}, "loss"), "."),
    ];
  const how = h(
    "p",
    {},
    "Open a file of an exercise and choose ",
    h("strong", {}, "Run Exercise"),
    " in the editor's title bar. Its curves are drawn here while it computes.",
  );
  const button = exercise !== undefined && h("vscode-button", { click: () => post({ kind: "runAgain", exercise }) }, "Run Exercise");
  return [h("h2", {}, "Nothing has run yet"), how, ...(button ? [button] : [])];
}
