/** From box to box, and from one window of time to another. Pure. */
import type { Box } from "./boxes.ts";
import type { Window } from "./flameCanvas.ts";

/** Microseconds are the clock's last digit. */
const NARROWEST = 0.005;

export type Direction = "ArrowLeft" | "ArrowRight" | "ArrowUp" | "ArrowDown" | "Home" | "End";

/** The box that an arrow leads to: beside it in its row, what encloses it, the first that it encloses. */
export function neighbour(boxes: readonly Box[], at: Box | undefined, direction: Direction): Box | undefined {
  if (!at) return boxes[0];
  const row = boxes.filter((box) => box.row === at.row);
  const index = row.indexOf(at);
  switch (direction) {
    case "ArrowLeft":
      return row[index - 1] ?? at;
    case "ArrowRight":
      return row[index + 1] ?? at;
    case "Home":
      return row[0];
    case "End":
      return row.at(-1);
    case "ArrowUp":
      return boxes.findLast((box) => box.row === at.row - 1 && box.from <= at.from) ?? at;
    case "ArrowDown":
      return boxes.find((box) => box.row === at.row + 1 && box.from >= at.from && box.from <= at.to) ?? at;
  }
}

/** @param factor above 1 shows less of the time @param middle what stays where it is */
export function zoomed({ from, to }: Window, all: Window, factor: number, middle = (from + to) / 2): Window {
  const width = Math.min(Math.max((to - from) / factor, NARROWEST), all.to - all.from);
  return moved({ from: middle - ((middle - from) / (to - from)) * width, to: middle + ((to - middle) / (to - from)) * width }, all, 0);
}

export function moved({ from, to }: Window, all: Window, by: number): Window {
  const width = Math.min(to - from, all.to - all.from);
  const start = Math.min(Math.max(from + by, all.from), all.to - width);
  return { from: start, to: start + width };
}

/** So that the box is seen. */
export function showing(window: Window, all: Window, box: Box): Window {
  if (box.from >= window.from && box.to <= window.to) return window;
  const width = window.to - window.from;
  if (box.to - box.from >= width) return box.from <= window.from && box.to >= window.to ? window : moved({ from: box.from, to: box.from + width }, all, 0);
  return moved(window, all, box.from < window.from ? box.from - window.from : box.to - window.to);
}

/** A box and a little around it. */
export const around = (box: Box, all: Window): Window => {
  const margin = Math.max((box.to - box.from) * 0.02, NARROWEST / 2);
  return { from: Math.max(all.from, box.from - margin), to: Math.min(all.to, box.to + margin) };
};
