/** Boxes on a canvas, as far as the window of time shows them. It knows nothing of the page around it. */
import { faded, type Theme } from "../theme.ts";
import type { Box } from "./boxes.ts";

const ROW = 20;
const AXIS = 18;
const PAD = 5;
/** Pixels that a name needs to say anything. */
const NAMED = 28;

export interface Window {
  readonly from: number;
  readonly to: number;
}

export interface Drawing {
  readonly boxes: readonly Box[];
  readonly window: Window;
  readonly nameOf: (node: number) => string;
  readonly colourOf: (node: number) => string;
  /** Spans are stronger than operations. */
  readonly isSpan: (node: number) => boolean;
  readonly chosen: Box | undefined;
  readonly gap: number | undefined;
  readonly theme: Theme;
}

export const heightOf = (boxes: readonly Box[]): number => AXIS + ROW * (1 + boxes.reduce((rows, { row }) => Math.max(rows, row), 0));

export function draw(canvas: HTMLCanvasElement, drawing: Drawing): void {
  const { theme, window, gap } = drawing;
  const context = prepared(canvas, heightOf(drawing.boxes));
  const width = canvas.clientWidth;
  const x = (ms: number) => ((ms - window.from) / (window.to - window.from)) * width;
  context.font = `${theme.font.size}px ${theme.font.family}`;
  context.textBaseline = "middle";
  axis(context, window, x, theme);
  let dense = { row: -1, end: -1 };
  for (const box of drawing.boxes) {
    if (box.to < window.from || box.from > window.to) continue;
    const [left, right] = [Math.max(0, x(box.from)), Math.min(width, x(box.to))];
    if (right - left < 0.4 && dense.row === box.row && left < dense.end) continue; // a thousand of them are one line
    dense = { row: box.row, end: left + 0.5 };
    drawBox(context, box, left, Math.max(right - left - 0.5, 0.5), drawing);
  }
  if (gap !== undefined && gap > window.from && gap < window.to) drawGap(context, x(gap), canvas.clientHeight, theme);
}

/** The box under a point of the canvas. */
export function boxAt(canvas: HTMLCanvasElement, { boxes, window }: Pick<Drawing, "boxes" | "window">, x: number, y: number): Box | undefined {
  const row = Math.floor((y - AXIS) / ROW);
  const perPixel = (window.to - window.from) / canvas.clientWidth;
  const at = window.from + x * perPixel;
  return boxes.findLast((box) => box.row === row && box.from <= at && at <= Math.max(box.to, box.from + perPixel));
}

function prepared(canvas: HTMLCanvasElement, height: number): CanvasRenderingContext2D {
  const scale = devicePixelRatio;
  canvas.style.height = `${height}px`;
  canvas.width = canvas.clientWidth * scale;
  canvas.height = height * scale;
  const context = canvas.getContext("2d") as CanvasRenderingContext2D;
  context.scale(scale, scale);
  return context;
}

function drawBox(context: CanvasRenderingContext2D, box: Box, left: number, width: number, { nameOf, colourOf, isSpan, chosen, theme }: Drawing): void {
  const top = AXIS + box.row * ROW;
  const colour = colourOf(box.node);
  context.fillStyle = theme.background;
  context.fillRect(left, top, width, ROW - 1);
  context.fillStyle = faded(colour, isSpan(box.node) ? 0.42 : 0.2);
  context.fillRect(left, top, width, ROW - 1);
  context.fillStyle = colour;
  context.fillRect(left, top, Math.min(2, width), ROW - 1);
  if (box === chosen) {
    context.strokeStyle = theme.focus;
    context.lineWidth = 2;
    context.strokeRect(left + 1, top + 1, Math.max(width - 2, 1), ROW - 3);
  }
  if (width < NAMED) return;
  context.fillStyle = theme.foreground;
  context.fillText(fitted(context, nameOf(box.node), width - 2 * PAD), left + PAD, top + ROW / 2);
}

/** As much of the name as fits. */
function fitted(context: CanvasRenderingContext2D, name: string, width: number): string {
  if (context.measureText(name).width <= width) return name;
  let length = Math.floor((name.length * width) / context.measureText(name).width);
  while (length > 0 && context.measureText(`${name.slice(0, length)}…`).width > width) length--;
  return length > 0 ? `${name.slice(0, length)}…` : "";
}

function axis(context: CanvasRenderingContext2D, { from, to }: Window, x: (ms: number) => number, theme: Theme): void {
  const step = niceStep((to - from) / Math.max(2, x(to) / 110));
  context.fillStyle = theme.muted;
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) {
    const label = tick(at, step, to);
    if (x(at) + 3 + context.measureText(label).width < x(to)) context.fillText(label, x(at) + 3, AXIS / 2);
    context.fillRect(x(at), 0, 1, AXIS - 4);
  }
}

/** With as many digits as tell it from the next. */
function tick(at: number, step: number, to: number): string {
  const [unit, size] = to >= 1000 ? ["s", 1000] : ["ms", 1];
  return `${(at / size).toFixed(Math.max(0, Math.ceil(-Math.log10(step / size) - 1e-9)))} ${unit}`;
}

/** 1, 2 or 5 times a power of ten. */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return power * ([1, 2, 5].find((one) => one * power >= least) ?? 10);
}

function drawGap(context: CanvasRenderingContext2D, x: number, height: number, theme: Theme): void {
  context.strokeStyle = theme.foreground;
  context.lineWidth = 2;
  context.setLineDash([4, 3]);
  context.beginPath();
  context.moveTo(x, 0);
  context.lineTo(x, height);
  context.stroke();
  context.setLineDash([]);
}
