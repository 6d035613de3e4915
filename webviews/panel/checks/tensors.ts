/** The tensors of one check that differ, one at a time, behind a disclosure. */
import type { CheckResult } from "../../../extension/protocol/grade.ts";
import { dropdown } from "../controls.ts";
import { h } from "../dom.ts";
import type { Slice } from "./errorCells.ts";
import { TensorView } from "./tensorView.ts";

/** What a learner looked at, to be looked at again in the next grade. */
export interface Look {
  readonly path: string;
  readonly slice?: Slice;
}

type Checked = Pick<CheckResult, "hidden" | "tensors">;

export class Tensors {
  readonly element: HTMLElement;
  readonly #view = h("div");
  #shown: { readonly path: string; readonly view: TensorView };

  constructor({ hidden, tensors = [] }: Checked, look: Look | undefined) {
    const show = (path: string | undefined) => {
      const mismatch = tensors.find((each) => each.path === path) ?? tensors[0];
      if (!mismatch) throw new Error("a check without tensors");
      const view = new TensorView(mismatch, hidden, look?.path === mismatch.path ? look.slice : undefined);
      this.#view.replaceChildren(view.element);
      return { path: mismatch.path, view };
    };
    this.#shown = show(look?.path);
    const paths = tensors.map(({ path }) => path);
    const which = () => dropdown("Tensor", paths, paths.indexOf(this.#shown.path), (place) => (this.#shown = show(paths[place])));
    this.element = h("div", {}, tensors.length > 1 && which(), this.#view);
  }

  get look(): Look {
    const { path, view } = this.#shown;
    return { path, ...(view.slice && { slice: view.slice }) };
  }

  recolour(): void {
    this.#shown.view.recolour();
  }
}
