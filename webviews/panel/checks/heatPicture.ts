/** A slice of errors as a picture: a square in each cell that differs, larger and stronger the larger the error. */
import { faded, type Theme } from "../theme.ts";
import { type Cells, errorAt, heightOf, indexIn, type Slice, widthOf } from "./errorCells.ts";

/** Pixels. */
export const MARGIN = { left: 40, top: 20 };
const CELL = { largest: 26, smallest: 3, gapFrom: 7 };
const MAX_HEIGHT = 380;
/** Between the numbers of two rows or columns. */
const TICK = { row: 16, column: 34 };

export interface Place {
  readonly row: number;
  readonly column: number;
}

export interface CellSize {
  readonly width: number;
  readonly height: number;
}

export interface Picture {
  readonly cells: Cells;
  readonly slice: Slice;
  /** The error that fills its cell. */
  readonly largest: number;
  readonly size: CellSize;
  /** The cell that is read. */
  readonly place: Place | undefined;
}

export function cellSize(room: number, rows: number, columns: number): CellSize {
  const fit = (length: number, count: number) => Math.max(CELL.smallest, Math.min(CELL.largest, Math.floor(length / count)));
  return { width: fit(room - MARGIN.left, columns), height: fit(MAX_HEIGHT, rows) };
}

export function paint(context: CanvasRenderingContext2D, theme: Theme, picture: Picture): void {
  const { cells, slice, place } = picture;
  paintNumbers(context, theme, picture);
  for (let row = 0; row < heightOf(cells, slice); row++) {
    for (let column = 0; column < widthOf(cells, slice); column++) paintCell(context, theme, picture, { row, column });
  }
  if (place) paintFrame(context, theme, picture.size, place);
}

function paintCell(context: CanvasRenderingContext2D, theme: Theme, { cells, slice, largest, size }: Picture, { row, column }: Place): void {
  const [x, y] = [MARGIN.left + column * size.width, MARGIN.top + row * size.height];
  const gap = Math.min(size.width, size.height) >= CELL.gapFrom ? 1 : 0;
  const [width, height] = [size.width - gap, size.height - gap];
  context.fillStyle = faded(theme.foreground, 0.12);
  context.fillRect(x, y, width, height);
  const error = errorAt(cells, indexIn(slice, row, column));
  if (error === 0) return;
  const finite = Number.isFinite(error);
  const share = finite ? Math.sqrt(error / largest) : 1; // so that small errors are seen beside large ones
  const side = gap > 0 ? 0.4 + 0.6 * share : 1;
  context.fillStyle = finite ? faded(theme.error, 0.45 + 0.55 * share) : theme.foreground;
  context.fillRect(x + (width * (1 - side)) / 2, y + (height * (1 - side)) / 2, width * side, height * side);
  if (!finite && gap > 0) cross(context, theme.background, x, y, width, height);
}

function paintNumbers(context: CanvasRenderingContext2D, theme: Theme, { cells, slice: { rows, columns }, size }: Picture): void {
  const first = (axis: number, cell: number): string => String(cell * (cells.block[axis] as number));
  context.fillStyle = theme.muted;
  context.font = `${theme.font.size}px ${theme.font.family}`;
  context.textBaseline = "middle";
  context.textAlign = "center";
  for (let column = 0; column < (cells.shape[columns] as number); column += Math.ceil(TICK.column / size.width))
    context.fillText(first(columns, column), MARGIN.left + (column + 0.5) * size.width, MARGIN.top / 2);
  if (rows === undefined) return;
  context.textAlign = "right";
  for (let row = 0; row < (cells.shape[rows] as number); row += Math.ceil(TICK.row / size.height))
    context.fillText(first(rows, row), MARGIN.left - 8, MARGIN.top + (row + 0.5) * size.height);
}

function paintFrame(context: CanvasRenderingContext2D, theme: Theme, { width, height }: CellSize, { row, column }: Place): void {
  context.strokeStyle = theme.focus;
  context.lineWidth = 2;
  context.strokeRect(MARGIN.left + column * width - 0.5, MARGIN.top + row * height - 0.5, width, height);
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
