/** What the flame chart says in words. Pure. */
import type { ProfileReport } from "../../../extension/protocol/profile.ts";
import type { Box } from "./boxes.ts";
import { placeText } from "./place.ts";
import { share, time, whole } from "./units.ts";

export type Order = "time" | "left-heavy";

export const KEYS: readonly (readonly [string, string])[] = [
  ["Click", "goes to the line,"],
  ["Shift+click", "zooms to the box,"],
  ["Ctrl+wheel", "zooms,"],
  ["drag", "moves."],
  ["← ↑ → ↓", "walk,"],
  ["Enter", "goes to the line,"],
  ["Z + - 0", "zoom."],
];

/** What is shown, and what was left out. */
export function noteOf({ gap, nodes, frames }: ProfileReport, order: Order): string {
  if (order === "left-heavy") return "All calls of one path are one box; what took longest stands at the left.";
  const calls = nodes.reduce((n, node) => n + node.calls, -1);
  if (!gap) return `All ${whole(frames.length)} calls, in order of time.`;
  return `The first and the last ${whole(Math.round(frames.length / 2))} of ${whole(calls)} calls. At the dashed line ${time(gap.to - gap.from)} are left out.`;
}

/** A box, with the path to it. */
export function sentenceOf({ node, ms }: Box, { nodes, ms: all }: ProfileReport, order: Order): string {
  const { name, kind, calls, place, self } = nodes[node] as ProfileReport["nodes"][number];
  const path: string[] = [];
  for (let at = nodes[node]?.parent; at !== undefined && at > 0; at = nodes[at]?.parent) path.unshift(nodes[at]?.name ?? "");
  const merged = order === "left-heavy" ? `, ${share(ms, all)} of the run, ${whole(calls)} ${calls === 1 ? "call" : "calls"}` : "";
  const own = kind === "span" && order === "left-heavy" ? `, self ${time(self)}` : "";
  return `${[...path, name].join(" › ")}: ${time(ms)}${merged}${own}${place ? `, ${placeText(place)}` : ""}`;
}
