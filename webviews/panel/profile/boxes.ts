/** A profile as boxes in rows: in order of time, or merged by path with the heaviest at the left. Pure. */
import type { ProfileReport } from "../../../extension/protocol/profile.ts";

export interface Box {
  /** Index of its node. */
  readonly node: number;
  readonly row: number;
  /** Milliseconds on the axis. */
  readonly from: number;
  readonly to: number;
  /** What it took: more than its width where calls in it were left out. */
  readonly ms: number;
}

/** The gap where calls were left out is closed: what spans it is as much shorter. */
export function inOrder({ frames, gap }: ProfileReport): Box[] {
  const fold = (ms: number) => (gap ? ms - Math.min(Math.max(ms - gap.from, 0), gap.to - gap.from) : ms);
  const boxes = frames.map(([node, start, ms, row]) => ({ node, row, ms, from: fold(start), to: fold(start + ms) }));
  return boxes.filter(({ from, to, ms }) => to > from || ms === 0);
}

/** Where the gap is, on the axis of `inOrder`. */
export const gapAt = ({ gap }: ProfileReport): number | undefined => gap?.from;

/** Every call of one path is one box as wide as all of them, and the widest of what one encloses comes first. */
export function leftHeavy({ nodes }: ProfileReport): Box[] {
  const inside = new Map<number, number[]>();
  for (const [i, { parent }] of nodes.entries()) if (parent !== undefined) inside.set(parent, [...(inside.get(parent) ?? []), i]);
  const total = (i: number): number => nodes[i]?.total ?? 0;
  const boxes: Box[] = [];
  const place = (node: number, from: number, room: number, row: number): void => {
    const children = (inside.get(node) ?? []).sort((a, b) => total(b) - total(a));
    const sum = children.reduce((ms, child) => ms + total(child), 0);
    const scale = Math.min(1, room / Math.max(sum, 1e-9)); // what ran side by side takes more time than there was
    let at = from;
    for (const child of children) {
      const width = total(child) * scale;
      boxes.push({ node: child, row, from: at, to: at + width, ms: total(child) });
      place(child, at, width, row + 1);
      at += width;
    }
  };
  place(0, 0, total(0), 0);
  return boxes;
}
