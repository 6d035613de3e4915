/** What is running, on what, for how long, how far: always in sight. */
import type { RunSnapshot } from "../../extension/protocol/panel.ts";
import type { BackendInfo } from "../../extension/protocol/runtime.ts";
import { h, setText, show } from "./dom.ts";
import { clock, runStateWords } from "./format.ts";
import { icon, runStateIcons } from "./icons.ts";
import type { Post } from "./plots/plotCard.ts";
import { isBusy, isLive, type PanelState } from "./state.ts";

export class HeaderView {
  readonly #title = h("h1");
  readonly #state = h("span", { class: "state" });
  readonly #tip = h("div", { id: "backend-tip", role: "tooltip" });
  // Native: what describes a button of the toolkit would have to stand within its shadow.
  readonly #backend = h("button", { type: "button", class: "backend", "aria-describedby": "backend-tip" });
  readonly #scale = h("span", { class: "fact" });
  readonly #elapsed = h("span", { class: "fact elapsed", role: "timer", "aria-label": "Elapsed time" });
  readonly #cancel: HTMLElement;
  readonly #again: HTMLElement;
  // Native: the toolkit has a ring only, which does not say how far.
  readonly #bar = h("progress", { "aria-label": "Progress of the run" });
  readonly #done = h("span", { class: "done" });
  readonly #progress = h("div", { class: "progress" }, this.#bar, this.#done);
  readonly #message = h("p", { class: "message" });
  readonly element: HTMLElement;
  #shown: PanelState | undefined;

  constructor(post: Post) {
    this.#cancel = h(
      "vscode-button",
      { appearance: "secondary", click: () => this.#shown?.run && post({ kind: "cancel", run: this.#shown.run.id }) },
      "Cancel",
    );
    this.#again = h(
      "vscode-button",
      { appearance: "secondary", click: () => this.#shown?.run && post({ kind: "runAgain", exercise: this.#shown.run.exercise }) },
      "Run again",
    );
    const backend = h("span", { class: "tipped", keydown: hideTip, pointerenter: showTip, focusin: showTip }, this.#backend, this.#tip);
    const facts = h("div", { class: "facts" }, this.#state, backend, this.#scale, this.#elapsed);
    const heading = h("div", { class: "heading" }, this.#title, facts);
    this.element = h("header", {}, h("div", { class: "bar" }, heading, this.#cancel, this.#again), this.#progress, this.#message);
    setInterval(() => this.#tick(), 500);
  }

  update(state: PanelState): void {
    const { run, grade } = state;
    this.#shown = state;
    setText(this.#title, run?.title ?? state.title ?? grade?.exercise ?? "Practicum");
    this.#showState(state);
    this.#showBackend(run?.backend ?? grade?.backend);
    setText(this.#scale, run ? `${run.scale} scale` : "");
    this.#showButtons(state);
    this.#showProgress(state);
    setText(this.#message, run?.message ?? "");
    show(this.#message, run?.message !== undefined);
    this.#tick();
  }

  #showState({ run }: PanelState): void {
    show(this.#state, run !== undefined);
    if (!run || this.#state.dataset.state === run.state) return;
    this.#state.dataset.state = run.state;
    this.#state.replaceChildren(icon(runStateIcons[run.state]), runStateWords[run.state]);
  }

  #showBackend(backend: BackendInfo | undefined): void {
    setText(this.#backend, backend ? `${backend.device} (${backend.name})` : "backend not chosen yet");
    const skipped = backend?.skipped.map(({ name, reason }) => `${name}: ${reason}`) ?? [];
    const text = !backend
      ? "Chosen when the runtime starts."
      : skipped.length === 0
        ? "Computes here. No faster backend was skipped."
        : `Faster backends that did not start:\n${skipped.join("\n")}`;
    setText(this.#tip, text);
  }

  /** The focus goes over from the button that leaves to the one that comes. */
  #showButtons({ run }: PanelState): void {
    const focused = document.activeElement;
    const live = isLive(run);
    show(this.#cancel, live);
    show(this.#again, run !== undefined && !live);
    if (focused === this.#cancel && !live) this.#again.focus();
    if (focused === this.#again && live) this.#cancel.focus();
  }

  #showProgress({ run }: PanelState): void {
    show(this.#progress, isBusy(run));
    const progress = (run?.state !== "grading" && run?.progress) || { done: 0, total: 0 };
    const { done, total } = progress;
    const share = Math.min(1, Math.max(0, done / total));
    if (total > 0) this.#bar.value = share;
    else this.#bar.removeAttribute("value"); // working, nobody knows how long
    setText(this.#done, run?.state === "grading" ? "Grading all checks" : progressText(progress));
  }

  #tick(): void {
    const { run, endedAt } = this.#shown ?? {};
    const end = isLive(run) ? Date.now() : endedAt;
    setText(this.#elapsed, run && end !== undefined ? clock(end - Date.parse(run.startedAt)) : "");
  }
}

/** Steps are counted; of a cost, which no one counts along, the share is enough. */
function progressText({ done, total, label, left }: NonNullable<RunSnapshot["progress"]>): string {
  if (!(total > 0)) return "";
  const share = `${Math.floor(Math.min(1, Math.max(0, done / total)) * 100)} %`;
  const counted = Number.isInteger(done) && total < 1e6 ? `${done} of ${total} (${share})` : share;
  return [label ? `${label}: ${counted}` : counted, left].filter(Boolean).join(", ");
}

/** A tooltip can be sent away without moving pointer or focus (WCAG 1.4.13). */
function hideTip(this: HTMLElement, event: KeyboardEvent): void {
  if (event.key === "Escape") this.classList.add("dismissed");
}

function showTip(this: HTMLElement): void {
  this.classList.remove("dismissed");
}
