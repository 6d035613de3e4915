/** A profile as lines of text. Pure. */
import { formatNumber } from "../grading/describe.ts";
import type { ProfileReport } from "../protocol/profile.ts";
import { columns } from "./report.ts";
import type { Colors } from "./terminal.ts";

/** Operations that are listed. */
const LISTED = 12;

export function profileLines({ components, table, findings, notes, gigaflops }: ProfileReport, colors: Colors): string[] {
  const all = components.reduce((sum, { ms }) => sum + ms, 0);
  const rate = (flops: number, ms: number) => (flops > 0 && ms > 0 ? formatNumber(flops / ms / 1e6, 3) : "");
  const reached = (flops: number, ms: number) => (flops > 0 && ms > 0 && gigaflops ? percent(flops / ms / 1e6 / gigaflops) : "");
  const parts = components.map(({ name, ms, calls, isSpan, flops }) => [
    ...[name, milliseconds(ms), percent(ms / all), isSpan ? String(calls) : ""],
    ...[rate(flops, ms), reached(flops, ms)],
  ]);
  const ops = table.slice(0, LISTED).map(({ name, self, calls, flops, place }) => {
    const line = place ? `${place.file}:${place.line}` : "";
    return [name, milliseconds(self), percent(self / all), String(calls), rate(flops, self), line];
  });
  const titled = (titles: string[], rows: string[][]) =>
    rows.length === 0 ? [] : ["", ...columns([titles, ...rows]).map((line, i) => (i === 0 ? colors.bold(line) : line))];
  return [
    ...titled(["component", "time", "share", "calls", "GFLOP/s", "of matmul rate"], parts),
    ...titled(["operation", "self time", "share", "calls", "GFLOP/s", "line"], ops),
    ...["", ...findings],
    ...notes.map((note) => colors.dim(note)),
  ];
}

const milliseconds = (ms: number): string => `${ms.toFixed(1)} ms`;
const percent = (part: number): string => `${(100 * part).toFixed(1)} %`;
