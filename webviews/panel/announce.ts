/** What a screen reader hears: turns of events at once, the course of the curves now and then. */
import { h, setText, throttled } from "./dom.ts";
import { gradeHeader, outcomeWords, runStateWords } from "./format.ts";
import { summarize } from "./plots/summary.ts";
import { isLive, type PanelState } from "./state.ts";

/** Long enough to hear a sentence to its end and to work on. */
const PAUSE = 15_000;

export class Announcer {
  readonly element = h("div", { class: "unseen", role: "status", "aria-live": "polite" });
  #shown: PanelState | undefined;
  readonly #course = throttled(PAUSE, (state: PanelState) => {
    if (isLive(this.#shown?.run)) this.#say(courseOf(state));
  });

  update(state: PanelState): void {
    const before = this.#shown;
    this.#shown = state;
    const turned = state.run && (before?.run?.id !== state.run.id || before.run.state !== state.run.state);
    if (state.grade && state.grade !== before?.grade) this.#say(`Checks ${outcomeWords[state.grade.outcome]}: ${gradeHeader(state.grade)}`);
    else if (state.run && turned) this.#say([`${runStateWords[state.run.state]}.`, state.run.message, courseOf(state)].filter(Boolean).join(" "));
    else if (isLive(state.run) && state.series !== before?.series) this.#course(state);
  }

  #say(text: string): void {
    setText(this.element, text);
  }
}

const courseOf = ({ series }: PanelState): string => (series.length === 0 ? "" : `${series.map((s) => summarize(s.name, s.points)).join(". ")}.`);
