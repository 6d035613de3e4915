/** Pointer, wheel and keys on the flame chart. */
import type { Box } from "./boxes.ts";
import type { Window } from "./flameCanvas.ts";
import { around, type Direction, moved, neighbour, showing, zoomed } from "./flameMoves.ts";

/** What can be asked of the chart, and done to it. */
export interface Flame {
  readonly boxes: readonly Box[];
  readonly window: Window;
  readonly all: Window;
  readonly chosen: Box | undefined;
  boxAt(x: number, y: number): Box | undefined;
  look(window: Window): void;
  choose(box: Box | undefined): void;
  /** To the line in the editor. */
  go(box: Box | undefined): void;
}

const ZOOM = 1.4;
/** Pixels that a pointer may move in a click. */
const STILL = 4;

export function listen(canvas: HTMLCanvasElement, flame: Flame): void {
  drag(canvas, flame);
  canvas.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return; // the plain wheel scrolls the page, as everywhere in VS Code
    event.preventDefault();
    const { from, to } = flame.window;
    const middle = from + (event.offsetX / canvas.clientWidth) * (to - from);
    flame.look(zoomed(flame.window, flame.all, event.deltaY < 0 ? ZOOM : 1 / ZOOM, middle));
  });
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return; // VS Code's own
    if (press(event.key, flame)) event.preventDefault();
  });
}

/** A drag moves; a click leads to the line, with Shift it zooms to the box. */
function drag(canvas: HTMLCanvasElement, flame: Flame): void {
  let grabbed: { readonly x: number; readonly window: Window; still: boolean } | undefined;
  canvas.addEventListener("pointerdown", ({ offsetX, pointerId }) => {
    grabbed = { x: offsetX, window: flame.window, still: true };
    canvas.setPointerCapture(pointerId);
  });
  canvas.addEventListener("pointermove", ({ offsetX, offsetY }) => {
    if (!grabbed) return flame.choose(flame.boxAt(offsetX, offsetY));
    grabbed.still &&= Math.abs(offsetX - grabbed.x) < STILL;
    const perPixel = (flame.window.to - flame.window.from) / canvas.clientWidth;
    if (!grabbed.still) flame.look(moved(grabbed.window, flame.all, (grabbed.x - offsetX) * perPixel));
  });
  canvas.addEventListener("pointerup", ({ offsetX, offsetY, shiftKey }) => {
    const box = grabbed?.still ? flame.boxAt(offsetX, offsetY) : undefined;
    grabbed = undefined;
    if (box && shiftKey) flame.look(around(box, flame.all));
    else flame.go(box);
  });
  canvas.addEventListener("pointerleave", () => flame.choose(undefined));
}

/** @returns whether the key is one of ours */
function press(key: string, flame: Flame): boolean {
  const { boxes, chosen, window, all } = flame;
  const middle = chosen && (Math.max(chosen.from, window.from) + Math.min(chosen.to, window.to)) / 2;
  if (/^(Arrow|Home$|End$)/.test(key)) {
    const next = neighbour(boxes, chosen, key as Direction);
    flame.choose(next);
    if (next) flame.look(showing(window, all, next));
  } else if (key === "Enter") flame.go(chosen);
  else if (key === "z" && chosen) flame.look(around(chosen, all));
  else if (key === "+" || key === "=") flame.look(zoomed(window, all, ZOOM, middle));
  else if (key === "-") flame.look(zoomed(window, all, 1 / ZOOM, middle));
  else if (key === "0") flame.look(all);
  else return false;
  return true;
}
