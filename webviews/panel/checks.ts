/** The tab Checks: the newest grade, shown checks first, then what is known of the hidden ones. */
import type { CheckResult, Grade } from "../../extension/protocol/grade.ts";
import { checkCard, outcomeLabel, sourceLink } from "./checkCard.ts";
import { h, prose, show } from "./dom.ts";
import { duration, gradeHeader } from "./format.ts";
import { icon } from "./icons.ts";
import type { Post } from "./plotCard.ts";
import type { PanelState } from "./state.ts";

export class ChecksView {
  readonly #post: Post;
  readonly #empty = h(
    "div",
    { class: "empty" },
    h("h2", {}, "No grade yet"),
    h("p", {}, "Save a file of the exercise: its fast checks are graded at once. ", h("strong", {}, "Run exercise"), " grades all of them."),
  );
  readonly #body = h("div", { class: "grade" });
  readonly element = h("div", { class: "view" }, this.#empty, this.#body);
  #grade: Grade | undefined;

  constructor(post: Post) {
    this.#post = post;
  }

  update({ grade }: PanelState): void {
    show(this.#empty, grade === undefined);
    if (grade === this.#grade) return;
    this.#grade = grade;
    // A hint that was opened stays open through the next grade.
    const opened = new Set([...this.#body.querySelectorAll<HTMLElement>("[data-hint][open]")].map((hint) => hint.dataset.hint));
    this.#body.replaceChildren(...(grade ? this.#parts(grade, (id) => opened.has(id)) : []));
  }

  #parts(grade: Grade, open: (id: string) => boolean): readonly HTMLElement[] {
    const group = (title: string, checks: readonly CheckResult[]) =>
      checks.length === 0
        ? []
        : [h("section", {}, h("h2", {}, title), h("ol", { class: "checks" }, ...checks.map((check) => checkCard(check, this.#post, open))))];
    return [
      this.#head(grade),
      ...this.#problem(grade),
      ...group(
        "Shown checks",
        grade.checks.filter((c) => !c.hidden),
      ),
      ...group(
        "Hidden checks",
        grade.checks.filter((c) => c.hidden),
      ),
    ];
  }

  #head(grade: Grade): HTMLElement {
    const facts = `Graded in ${duration(grade.ms)} on ${grade.backend.device} (${grade.backend.name}) · seed ${grade.seed} · pack ${grade.pack} ${grade.packVersion}`;
    return h(
      "div",
      { class: "verdict", "data-outcome": grade.outcome },
      h("p", { class: "score" }, outcomeLabel(grade.outcome), gradeHeader(grade)),
      h("p", { class: "evidence" }, facts),
    );
  }

  #problem({ problem, outcome }: Grade): readonly HTMLElement[] {
    if (!problem) return [];
    const title = outcome === "notGraded" ? "Your attempt could not be graded" : "Your attempt as a whole does not run";
    return [
      h(
        "div",
        { class: "problem" },
        h("h2", {}, icon("errored"), title),
        h("p", {}, prose(problem.message)),
        problem.location && h("p", {}, "At ", sourceLink(problem.location, this.#post)),
      ),
    ];
  }
}
