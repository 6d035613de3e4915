/** The way to the reference, below the checks: one click once the exercise is passed, and said plainly before. */
import { textButton } from "../controls.ts";
import { h, setText, show } from "../dom.ts";
import type { Post } from "../plots/plotCard.ts";
import type { PanelState } from "../state.ts";

export class ReferenceBar {
  readonly #post: Post;
  readonly #text = h("p", { class: "evidence" });
  readonly #compare = h("vscode-button", { appearance: "secondary", click: () => this.#ask("compare") }, "Compare with Reference");
  readonly #giveUp = textButton("Give Up and Show Reference", { click: () => this.#ask("giveUp") });
  readonly element = h("div", { class: "reference", hidden: true }, this.#text, this.#compare, this.#giveUp);
  #exercise: string | undefined;

  constructor(post: Post) {
    this.#post = post;
  }

  update({ exercise, mayCompare = false }: PanelState): void {
    this.#exercise = exercise;
    show(this.element, exercise !== undefined);
    show(this.#compare, mayCompare);
    show(this.#giveUp, !mayCompare);
    setText(this.#text, mayCompare ? "The reference is yours to see." : "The reference is shown beside your code once every check has passed.");
  }

  #ask(kind: "compare" | "giveUp"): void {
    if (this.#exercise !== undefined) this.#post({ kind, exercise: this.#exercise });
  }
}
