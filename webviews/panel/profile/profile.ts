/** The tab Profile: where the time and the memory of a run went. */
import type { ProfileReport } from "../../../extension/protocol/profile.ts";
import { h, prose, setText, show } from "../dom.ts";
import { icon } from "../icons.ts";
import { PlotCard, type Post } from "../plots/plotCard.ts";
import { isLive, type PanelState } from "../state.ts";
import { onThemeChange, readTheme } from "../theme.ts";
import { CallTable } from "./callTable.ts";
import { ComponentsView } from "./components.ts";
import { FlameChart } from "./flameChart.ts";
import { memoryPlot } from "./memory.ts";
import { opTable } from "./opTable.ts";
import { time, whole } from "./units.ts";

export class ProfileView {
  readonly #post: Post;
  readonly #empty = h("div", { class: "empty" });
  readonly #totals = h("p", { class: "totals" });
  readonly #findings = h("ul", { class: "findings", "aria-label": "What stands out" });
  readonly #notes = h("p", { class: "summary" });
  readonly #components: ComponentsView;
  readonly #flame: FlameChart;
  readonly #calls: CallTable;
  readonly #ops: ReturnType<typeof opTable>;
  readonly #opsSection: HTMLElement;
  readonly #memory: PlotCard;
  readonly #shown: HTMLElement;
  readonly element: HTMLElement;
  #state: PanelState | undefined;

  constructor(post: Post) {
    const theme = readTheme();
    this.#post = post;
    this.#components = new ComponentsView(theme, post);
    this.#flame = new FlameChart(theme, post);
    this.#calls = new CallTable(post);
    this.#ops = opTable(post, () => this.#state?.profile?.gigaflops);
    this.#memory = new PlotCard(memoryPlot(NOTHING).spec, theme, post);
    this.#flame.element.append(this.#calls.element);
    this.#opsSection = h("section", { class: "plot" }, h("h2", {}, "Operations"), this.#ops.element);
    const views = [this.#components.element, this.#flame.element, this.#opsSection, this.#memory.element];
    this.#shown = h("div", {}, this.#bar(), this.#notes, this.#findings, ...views);
    this.element = h("div", { class: "view profile" }, this.#empty);
    onThemeChange((changed) => {
      for (const view of [this.#components, this.#flame, this.#memory]) view.recolour(changed);
    });
  }

  update(state: PanelState): void {
    const before = this.#state;
    this.#state = state;
    const { profile } = state;
    const child = profile ? this.#shown : this.#empty;
    if (this.element.firstChild !== child) this.element.replaceChildren(child);
    if (!profile) this.#explain(state);
    else if (profile !== before?.profile) this.#show(profile);
  }

  #show(report: ProfileReport): void {
    const calls = report.nodes.reduce((n, node) => n + node.calls, -1);
    setText(this.#totals, `${time(report.ms)} recorded, ${whole(calls)} ${report.ops ? "calls of operations and spans" : "spans"}`);
    this.#findings.replaceChildren(...report.findings.map((sentence) => h("li", {}, prose(sentence))));
    setText(this.#notes, report.notes.join(" "));
    show(this.#findings, report.findings.length > 0);
    this.#components.update(report);
    this.#flame.update(report);
    this.#calls.update(report);
    this.#ops.update(report.table);
    show(this.#opsSection, report.ops);
    show(this.#memory.element, report.ops);
    const { spec, series } = memoryPlot(report);
    this.#memory.update(spec, series, { smoothing: 0, total: undefined, colours: new Map(series.map(({ name }, i) => [name, i])) });
  }

  #bar(): HTMLElement {
    const save = () => this.#state?.run && this.#post({ kind: "saveTrace", run: this.#state.run.id });
    const trace = h(
      "vscode-button",
      { appearance: "icon", "aria-label": "Save as Chrome trace", title: "For Perfetto, speedscope and chrome://tracing", click: save },
      icon("save"),
      "Chrome trace",
    );
    const again = h("vscode-button", { appearance: "secondary", click: () => this.#profileAgain() }, "Profile again");
    return h("div", { class: "bar" }, this.#totals, h("div", { class: "tools" }, trace, again));
  }

  #profileAgain(): void {
    const exercise = this.#state?.exercise ?? this.#state?.run?.exercise;
    if (exercise !== undefined) this.#post({ kind: "profileRun", exercise });
  }

  #explain({ run, exercise }: PanelState): void {
    const key = isLive(run) ? "live" : `none ${exercise !== undefined}`;
    if (this.#empty.dataset.key === key) return;
    this.#empty.dataset.key = key;
    this.#empty.replaceChildren(
      ...(isLive(run)
        ? [h("h2", {}, "No numbers yet"), h("p", {}, "While a program is profiled, they are brought up to date every two seconds.")]
        : [h("h2", {}, "Nothing is profiled yet"), howTo(), ...(exercise !== undefined ? [this.#button()] : [])]),
    );
  }

  #button(): HTMLElement {
    return h("vscode-button", { click: () => this.#profileAgain() }, "Profile Exercise");
  }
}

const howTo = (): HTMLElement =>
  h(
    "p",
    {},
    h("strong", {}, "Profile Exercise"),
    " runs the exercise and records every operation: what took how long, from which line. Parts that stand in ",
    h("code", {}, 'trace.span("attention", () => …)'),
    " are shown by their names.",
  );

const NOTHING: ProfileReport = { clock: "computed", ops: false, ms: 0, findings: [], notes: [], components: [], table: [], nodes: [], frames: [], memory: [] };
