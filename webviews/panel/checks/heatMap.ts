/** A slice of errors to look at; arrows and pointer read single cells. */
import { h, setText } from "../dom.ts";
import { short } from "../format.ts";
import { readTheme } from "../theme.ts";
import { type Cells, elementsOf, errorAt, heightOf, indexIn, largestOf, type Slice, widthOf } from "./errorCells.ts";
import { type CellSize, cellSize, MARGIN, type Place, paint } from "./heatPicture.ts";

export class HeatMap {
  readonly #canvas = h("canvas", { tabindex: 0, role: "application", "aria-roledescription": "heat map" });
  readonly #readout = h("p", { class: "readout", role: "status" });
  readonly #frame = h("div", { class: "map" }, this.#canvas);
  readonly element = h("div", {}, this.#frame, this.#readout);
  readonly #cells: Cells;
  readonly #hidden: boolean;
  /** Of the finite errors of the whole tensor, so that slices can be compared. */
  readonly #largest: number;
  #slice: Slice;
  #place: Place | undefined;
  #width = 0;

  /** @param hidden errors are not told, only that there are some */
  constructor(cells: Cells, slice: Slice, label: string, hidden: boolean) {
    this.#cells = cells;
    this.#slice = slice;
    this.#hidden = hidden;
    this.#largest = largestOf(cells);
    this.#canvas.setAttribute("aria-label", `${label} Arrow keys read cells.`);
    this.#canvas.addEventListener("keydown", (event) => this.#key(event));
    this.#canvas.addEventListener("pointermove", (event) => this.#pointAt(this.#placeOf(event)));
    for (const leaves of ["blur", "pointerleave"]) this.#canvas.addEventListener(leaves, () => this.#pointAt(undefined));
    new ResizeObserver(([entry]) => this.#resize(entry?.contentRect.width ?? 0)).observe(this.#frame);
  }

  show(slice: Slice): void {
    this.#slice = slice;
    this.#place = undefined;
    setText(this.#readout, "");
    this.draw();
  }

  draw(): void {
    if (this.#width === 0) return; // it is folded away
    const [rows, columns, cell] = [this.#rows, this.#columns, this.#cell];
    const [width, height] = [MARGIN.left + columns * cell.width, MARGIN.top + rows * cell.height];
    const scale = window.devicePixelRatio;
    Object.assign(this.#canvas, { width: width * scale, height: height * scale });
    Object.assign(this.#canvas.style, { width: `${width}px`, height: `${height}px` });
    const context = this.#canvas.getContext("2d") as CanvasRenderingContext2D;
    context.scale(scale, scale);
    paint(context, readTheme(), { cells: this.#cells, slice: this.#slice, largest: this.#largest, size: cell, place: this.#place });
  }

  get #rows(): number {
    return heightOf(this.#cells, this.#slice);
  }

  get #columns(): number {
    return widthOf(this.#cells, this.#slice);
  }

  get #cell(): CellSize {
    return cellSize(this.#width, this.#rows, this.#columns);
  }

  #resize(width: number): void {
    if (width === this.#width) return;
    this.#width = width;
    this.draw();
  }

  #placeOf({ offsetX, offsetY }: PointerEvent): Place | undefined {
    const { width, height } = this.#cell;
    const place = { row: Math.floor((offsetY - MARGIN.top) / height), column: Math.floor((offsetX - MARGIN.left) / width) };
    return place.row >= 0 && place.row < this.#rows && place.column >= 0 && place.column < this.#columns ? place : undefined;
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return; // VS Code's own
    const { row, column } = this.#place ?? { row: 0, column: -1 };
    const [lastRow, lastColumn] = [this.#rows - 1, this.#columns - 1];
    const moves: Readonly<Record<string, Place>> = {
      ArrowRight: { row, column: column + 1 },
      ArrowLeft: { row, column: column - 1 },
      ArrowDown: { row: row + 1, column },
      ArrowUp: { row: row - 1, column },
      Home: { row, column: 0 },
      End: { row, column: lastColumn },
      PageUp: { row: 0, column },
      PageDown: { row: lastRow, column },
    };
    const to = moves[event.key];
    if (!to) return;
    event.preventDefault();
    this.#pointAt({ row: Math.min(lastRow, Math.max(0, to.row)), column: Math.min(lastColumn, Math.max(0, to.column)) });
  }

  #pointAt(place: Place | undefined): void {
    if (place?.row === this.#place?.row && place?.column === this.#place?.column) return;
    this.#place = place;
    this.draw();
    setText(this.#readout, place ? this.#wordsFor(place) : "");
  }

  #wordsFor({ row, column }: Place): string {
    const index = indexIn(this.#slice, row, column);
    const error = errorAt(this.#cells, index);
    const many = this.#cells.block.some((length) => length > 1);
    const elements = index.map((cell, axis) => elementsOf(this.#cells, axis, cell)).join(", ");
    const differs = this.#hidden ? "differs" : Number.isFinite(error) ? `${many ? "largest error" : "error"} ${short(error)}` : "NaN or infinite";
    return `[${elements}]: ${error === 0 ? "agrees" : differs}`;
  }
}
