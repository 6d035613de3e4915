/** The tab Checks: the newest grade, shown checks first, then what is known of the hidden ones. */
import type { CheckResult, Grade } from "../../../extension/protocol/grade.ts";
import { h, prose, setText, show } from "../dom.ts";
import { counted, duration, gradeHeader } from "../format.ts";
import { icon } from "../icons.ts";
import type { Post } from "../plots/plotCard.ts";
import type { PanelState } from "../state.ts";
import { onThemeChange } from "../theme.ts";
import { checkCard, type Kept, outcomeLabel, sourceLink } from "./checkCard.ts";
import { ReferenceBar } from "./reference.ts";
import { Tensors } from "./tensors.ts";

export class ChecksView {
  readonly #post: Post;
  readonly #notice = h("p", { class: "notice" });
  readonly #empty = h(
    "div",
    { class: "empty" },
    h("h2", {}, "No grade yet"),
    this.#notice,
    h("p", {}, "Save a file of the exercise: its fast checks are graded at once. ", h("strong", {}, "Run Exercise"), " grades all of them."),
  );
  readonly #reference = new ReferenceBar((intent) => this.#post(intent));
  readonly #body = h("div", { class: "grade" });
  /** Above a grade that is about older files. */
  readonly #old = h("p", { class: "notice", role: "status" });
  readonly element = h("div", { class: "view" }, this.#empty, this.#old, this.#body, this.#reference.element);
  readonly #tensors = new Map<string, Tensors>();
  #grade: Grade | undefined;

  constructor(post: Post) {
    this.#post = post;
    onThemeChange(() => {
      for (const tensors of this.#tensors.values()) tensors.recolour();
    });
  }

  update(state: PanelState): void {
    const { grade, notice = "" } = state;
    show(this.#empty, grade === undefined);
    setText(grade ? this.#old : this.#notice, notice);
    setText(grade ? this.#notice : this.#old, "");
    this.#body.classList.toggle("old", notice !== "");
    this.#reference.update(state);
    if (grade === this.#grade) return;
    this.#grade = grade;
    this.#body.replaceChildren(...(grade ? this.#parts(grade, this.#kept(grade)) : []));
  }

  /** A hint that was opened stays open through the next grade, a tensor is looked at as it was. */
  #kept({ exercise }: Grade): Kept {
    const opened = new Set([...this.#body.querySelectorAll<HTMLElement>("[data-keep][open]")].map((details) => details.dataset.keep));
    const looks = new Map([...this.#tensors].map(([name, tensors]) => [name, tensors.look]));
    this.#tensors.clear();
    const tensors = (check: CheckResult) => {
      const name = `${exercise} ${check.id}`;
      const shown = new Tensors(check, looks.get(name));
      this.#tensors.set(name, shown);
      return shown.element;
    };
    return { open: (name) => opened.has(name), tensors };
  }

  #parts(grade: Grade, kept: Kept): readonly HTMLElement[] {
    const group = (title: string, checks: readonly CheckResult[]) =>
      checks.length === 0
        ? []
        : [h("section", {}, h("h2", {}, title), h("ol", { class: "checks" }, ...checks.map((check) => checkCard(check, this.#post, kept))))];
    return [
      this.#head(grade),
      ...this.#problem(grade),
      ...group(
        "Visible checks",
        grade.checks.filter((c) => !c.hidden),
      ),
      ...group(
        "Hidden checks",
        grade.checks.filter((c) => c.hidden),
      ),
      ...waiting(grade),
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

/** Slow checks stand here from the start: an exercise is not done before they have passed. */
function waiting({ unasked = [] }: Grade): readonly HTMLElement[] {
  if (unasked.length === 0) return [];
  const lines = unasked.map(({ id, title, points, hidden }) => {
    const cost = h("span", { class: "cost" }, `${counted(points, "point")}${hidden ? " · hidden" : ""}`);
    const word = h("span", { class: "outcome" }, icon("waiting"), "Not run yet");
    return h("li", { class: "check", "data-outcome": "waiting", "data-check": id }, h("div", { class: "line" }, word, h("h3", {}, prose(title)), cost));
  });
  return [h("section", {}, h("h2", {}, "Slow checks: Run Exercise asks them"), h("ol", { class: "checks" }, ...lines))];
}
