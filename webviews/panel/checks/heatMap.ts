/** A slice of errors as a picture: a square in each cell that differs, larger and stronger the larger the error. Arrows and pointer read single cells. */
import { h, setText } from "../dom.ts";
import { short } from "../format.ts";
import { faded, readTheme, type Theme } from "../theme.ts";
import { type Cells, elementsOf, errorAt, heightOf, indexIn, largestOf, type Slice, widthOf } from "./errorCells.ts";

/** Pixels. */
const MARGIN = { left: 40, top: 20 };
const CELL = { largest: 26, smallest: 3, gapFrom: 7 };
const MAX_HEIGHT = 380;
/** Between the numbers of two rows or columns. */
const TICK = { row: 16, column: 34 };

interface Place {
  readonly row: number;
  readonly column: number;
}

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
    const theme = readTheme();
    const [rows, columns, cell] = [this.#rows, this.#columns, this.#cell];
    const [width, height] = [MARGIN.left + columns * cell.width, MARGIN.top + rows * cell.height];
    const scale = window.devicePixelRatio;
    Object.assign(this.#canvas, { width: width * scale, height: height * scale });
    Object.assign(this.#canvas.style, { width: `${width}px`, height: `${height}px` });
    const context = this.#canvas.getContext("2d") as CanvasRenderingContext2D;
    context.scale(scale, scale);
    this.#drawNumbers(context, theme);
    for (let row = 0; row < rows; row++) for (let column = 0; column < columns; column++) this.#drawCell(context, theme, { row, column });
    if (this.#place) this.#drawFrame(context, theme, this.#place);
  }

  get #rows(): number {
    return heightOf(this.#cells, this.#slice);
  }

  get #columns(): number {
    return widthOf(this.#cells, this.#slice);
  }

  get #cell(): { readonly width: number; readonly height: number } {
    const fit = (room: number, count: number) => Math.max(CELL.smallest, Math.min(CELL.largest, Math.floor(room / count)));
    return { width: fit(this.#width - MARGIN.left, this.#columns), height: fit(MAX_HEIGHT, this.#rows) };
  }

  #resize(width: number): void {
    if (width === this.#width) return;
    this.#width = width;
    this.draw();
  }

  #drawCell(context: CanvasRenderingContext2D, theme: Theme, { row, column }: Place): void {
    const { width, height } = this.#cell;
    const [x, y] = [MARGIN.left + column * width, MARGIN.top + row * height];
    const gap = Math.min(width, height) >= CELL.gapFrom ? 1 : 0;
    context.fillStyle = faded(theme.foreground, 0.12);
    context.fillRect(x, y, width - gap, height - gap);
    const error = errorAt(this.#cells, indexIn(this.#slice, row, column));
    if (error === 0) return;
    const finite = Number.isFinite(error);
    const share = finite ? Math.sqrt(error / this.#largest) : 1; // so that small errors are seen beside large ones
    const side = gap > 0 ? 0.4 + 0.6 * share : 1;
    const [w, t] = [(width - gap) * side, (height - gap) * side];
    context.fillStyle = finite ? faded(theme.error, 0.45 + 0.55 * share) : theme.foreground;
    context.fillRect(x + (width - gap - w) / 2, y + (height - gap - t) / 2, w, t);
    if (!finite && gap > 0) cross(context, theme.background, x, y, width - gap, height - gap);
  }

  #drawNumbers(context: CanvasRenderingContext2D, theme: Theme): void {
    const { width, height } = this.#cell;
    const { rows, columns } = this.#slice;
    context.fillStyle = theme.muted;
    context.font = `${theme.font.size}px ${theme.font.family}`;
    context.textBaseline = "middle";
    context.textAlign = "center";
    for (let column = 0; column < this.#columns; column += Math.ceil(TICK.column / width))
      context.fillText(this.#firstOf(columns, column), MARGIN.left + (column + 0.5) * width, MARGIN.top / 2);
    if (rows === undefined) return;
    context.textAlign = "right";
    for (let row = 0; row < this.#rows; row += Math.ceil(TICK.row / height))
      context.fillText(this.#firstOf(rows, row), MARGIN.left - 8, MARGIN.top + (row + 0.5) * height);
  }

  #firstOf = (axis: number, cell: number): string => String(cell * (this.#cells.block[axis] as number));

  #drawFrame(context: CanvasRenderingContext2D, theme: Theme, { row, column }: Place): void {
    const { width, height } = this.#cell;
    context.strokeStyle = theme.focus;
    context.lineWidth = 2;
    context.strokeRect(MARGIN.left + column * width - 0.5, MARGIN.top + row * height - 0.5, width, height);
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

function cross(context: CanvasRenderingContext2D, colour: string, x: number, y: number, width: number, height: number): void {
  context.strokeStyle = colour;
  context.lineWidth = 1.5;
  context.beginPath();
  context.moveTo(x + width * 0.25, y + height * 0.25);
  context.lineTo(x + width * 0.75, y + height * 0.75);
  context.moveTo(x + width * 0.75, y + height * 0.25);
  context.lineTo(x + width * 0.25, y + height * 0.75);
  context.stroke();
}
