/** Small pictures, drawn for this panel on a grid of 16 by 16. Each stands beside a word. */
import type { Outcome } from "../../extension/protocol/grade.ts";
import type { RunState } from "../../extension/protocol/panel.ts";

const DISC = "M8 1.5a6.5 6.5 0 1 1 0 13a6.5 6.5 0 0 1 0-13z";

const PATHS = {
  passed: [DISC, "M5 8.3l2.1 2.1L11 6"],
  failed: [DISC, "M5.6 5.6l4.8 4.8M10.4 5.6l-4.8 4.8"],
  errored: ["M8 1.8L15 14H1L8 1.8z", "M8 6.4v3.4M8 11.6v.6"],
  timedOut: [DISC, "M8 4.5V8l2.4 1.6"],
  waiting: [DISC],
  notGraded: [DISC, "M5.2 8h5.6"],
  running: [DISC, "M6.6 5.3v5.4L10.9 8z"],
  stopped: [DISC, "M6 6h4v4H6z"],
  save: ["M8 2.5v7.3M4.8 6.8L8 10l3.2-3.2M3 13.3h10"],
  copy: ["M5.5 5.5h8v8h-8z", "M10.5 5.5v-3h-8v8h3"],
} as const;

export type IconName = keyof typeof PATHS;

export const outcomeIcons: Readonly<Record<Outcome, IconName>> = {
  passed: "passed",
  failed: "failed",
  errored: "errored",
  timedOut: "timedOut",
  notGraded: "notGraded",
};

export const runStateIcons: Readonly<Record<RunState, IconName>> = {
  starting: "running",
  running: "running",
  grading: "running",
  finished: "passed",
  cancelled: "stopped",
  errored: "errored",
};

/** Hidden from screen readers: the word beside it says the same. */
export function icon(name: IconName): SVGSVGElement {
  const make = <K extends keyof SVGElementTagNameMap>(tag: K, attributes: Record<string, string>) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  };
  const svg = make("svg", { viewBox: "0 0 16 16", class: `icon ${name}`, "aria-hidden": "true" });
  svg.append(...PATHS[name].map((d) => make("path", { d })));
  return svg;
}
