/** One tensor that differs: its form beside the expected one, where it differs, and by how much. */
import type { TensorForm, TensorMismatch } from "../../../extension/protocol/tensorMismatch.ts";
import { dropdown, slider } from "../controls.ts";
import { h, setText } from "../dom.ts";
import { short } from "../format.ts";
import { type Cells, cellsOf, elementsOf, largestOf, type Slice, turned, worstSlice } from "./errorCells.ts";
import { HeatMap } from "./heatMap.ts";

const OF_HIDDEN = "Expected values of a hidden check are not shown.";
const NOT_EVEN_WHERE = "Neither expected values of a hidden check are shown nor where yours differ, as so few values are possible that it would tell them.";

export class TensorView {
  readonly element: HTMLElement;
  readonly #map: HeatMap | undefined;
  #slice: Slice | undefined;

  /** @param kept the slice that was looked at before */
  constructor(mismatch: TensorMismatch, hidden: boolean, kept?: Slice) {
    const { map, want, elements } = mismatch;
    const summary = sentenceOf(mismatch);
    const cells = map && cellsOf(map, want.shape);
    this.#slice = cells && (kept?.at.every((at, axis) => at < (cells.shape[axis] ?? 0)) && kept.at.length === cells.shape.length ? kept : worstSlice(cells));
    this.#map = cells && this.#slice && new HeatMap(cells, this.#slice, summary, hidden);
    this.element = h(
      "div",
      { class: "tensor" },
      formsTable(mismatch, hidden),
      summary !== "" && h("p", {}, summary),
      ...(cells && this.#map ? [this.#controls(cells), this.#map.element, legend(cells, hidden)] : []),
      elements && elementsTable(mismatch, elements, hidden),
      hidden && h("p", { class: "evidence" }, map || !mismatch.differing ? OF_HIDDEN : NOT_EVEN_WHERE),
    );
  }

  /** What is looked at, to be looked at again in the next grade. */
  get slice(): Slice | undefined {
    return this.#slice;
  }

  /** In other colours. */
  recolour(): void {
    this.#map?.draw();
  }

  /** Two axes to look at, and a slider for each of the others. */
  #controls(cells: Cells): HTMLElement {
    const axes = cells.size.map((length, axis) => `axis ${axis} (${length})`);
    const controls = h("div", { class: "axes", role: "group", "aria-label": "Slice of the tensor" });
    const choose = (slice: Slice) => {
      this.#slice = slice;
      this.#map?.show(slice);
    };
    const fill = (focused?: string) => {
      const slice = this.#slice as Slice;
      const axis = (which: "rows" | "columns", label: string) =>
        dropdown(label, axes, slice[which] as number, (to) => {
          choose(turned(slice, which, to));
          fill(label);
        });
      const others = cells.shape.flatMap((count, i) => (i === slice.rows || i === slice.columns || count === 1 ? [] : [i]));
      controls.replaceChildren(
        ...(slice.rows === undefined ? [] : [axis("rows", "Rows"), axis("columns", "Columns")]),
        ...others.map((other) => axisSlider(cells, other, slice.at[other] as number, (to) => choose(sliced(this.#slice as Slice, other, to)))),
      );
      if (focused) controls.querySelector<HTMLElement>(`[aria-label="${focused}"]`)?.focus();
    };
    fill();
    return controls;
  }
}

const sliced = (slice: Slice, axis: number, cell: number): Slice => ({ ...slice, at: slice.at.with(axis, cell) });

/** "Largest error 0.42 at [0, 3, 7]; 12 of 512 elements differ. All of them are in the last column." */
export function sentenceOf({ differing, want, elements, pattern = "" }: TensorMismatch): string {
  const total = want.shape.reduce((n, size) => n * size, 1);
  const [worst] = elements ?? [];
  const largest = worst?.want === undefined ? "" : `${worst.error ? `Largest error ${worst.error}` : "NaN or infinite"} at [${worst.index.join(", ")}]; `;
  const count = !differing ? "" : `${largest}${differing === total ? `all ${total} elements differ` : `${differing} of ${total} elements differ`}.`;
  return [count.charAt(0).toUpperCase() + count.slice(1), pattern].filter(Boolean).join(" ");
}

function formsTable({ got, want }: TensorMismatch, hidden: boolean): HTMLElement {
  const row = (name: string, of: (form: TensorForm) => string) =>
    h("tr", { class: of(got) === of(want) ? "" : "differs" }, h("th", { scope: "row" }, name), h("td", {}, of(got)), h("td", {}, of(want)));
  const count = (name: string, of: (form: TensorForm) => number | undefined) =>
    of(got) === undefined ? [] : [row(name, (form) => (hidden && form === want ? "not shown" : String(of(form))))];
  const rows = [
    row("shape", ({ shape }) => `[${shape.join(", ")}]`),
    row("dtype", ({ dtype }) => dtype),
    ...count("NaN", ({ nan }) => nan),
    ...count("infinite", ({ infinite }) => infinite),
  ];
  const head = h("tr", {}, h("td"), h("th", { scope: "col" }, "yours"), h("th", { scope: "col" }, "expected"));
  return h("table", { class: "forms" }, h("thead", {}, head), h("tbody", {}, ...rows));
}

function elementsTable({ differing = 0 }: TensorMismatch, elements: NonNullable<TensorMismatch["elements"]>, hidden: boolean): HTMLElement {
  const columns = hidden ? (["got"] as const) : (["got", "want", "error", "allowed"] as const);
  const names = { got: "got", want: "expected", error: "error", allowed: "allowed" };
  const lines = elements.map((element) =>
    h("tr", {}, h("th", { scope: "row" }, `[${element.index.join(", ")}]`), ...columns.map((column) => h("td", {}, element[column] ?? ""))),
  );
  const head = ["index", ...columns.map((column) => names[column])].map((name) => h("th", { scope: "col" }, name));
  const title = `${hidden ? "The first elements that differ" : "Largest errors"}${differing > elements.length ? `, ${elements.length} of ${differing}` : ""}`;
  const table = h("table", { class: "elements" }, h("caption", {}, title), h("thead", {}, h("tr", {}, ...head)), h("tbody", {}, ...lines));
  return h("div", { class: "table", tabindex: 0, role: "region", "aria-label": title }, table);
}

function axisSlider(cells: Cells, axis: number, at: number, change: (cell: number) => void): HTMLElement {
  const label = `Axis ${axis}`;
  const output = h("output");
  const last = (cells.shape[axis] as number) - 1;
  const input = slider({ min: 0, max: last, value: at, "aria-label": label, input: () => moved(Number(input.value)) });
  const tell = (cell: number) => {
    setText(output, `index ${elementsOf(cells, axis, cell)}, of ${cells.size[axis]}`);
    input.setAttribute("aria-valuetext", output.textContent ?? "");
  };
  const moved = (cell: number) => {
    tell(cell);
    change(cell);
  };
  tell(at);
  return h("label", { class: "slider" }, label, input, output);
}

function legend(cells: Cells, hidden: boolean): HTMLElement {
  const { block, errors } = cells;
  const broken = errors.includes(Number.POSITIVE_INFINITY);
  const key = (kind: string, text: string) => h("li", {}, h("span", { class: `key ${kind}` }), text);
  const pooled = block.some((length) => length > 1);
  const largest = largestOf(cells);
  return h(
    "div",
    { class: "map-legend" },
    h(
      "ul",
      {},
      key("agrees", "agrees"),
      key("differs", hidden ? "differs" : `differs: the larger the square, the larger the error, up to ${short(largest)}`),
      broken && key("broken", "NaN or infinite"),
    ),
    pooled && h("p", { class: "evidence" }, `A cell is ${block.join(" x ")} elements: ${hidden ? "any of them differs" : "the largest error among them"}.`),
  );
}
