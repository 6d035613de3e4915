/** Numbers, times and grades in words. Pure. */
import type { Grade, Outcome } from "../../extension/protocol/grade.ts";
import type { RunState } from "../../extension/protocol/panel.ts";

/** Three significant digits, for sentences. */
export const short = (value: number): string => digits(value, 3);

/** Seven significant digits, which is what a float32 carries: for tooltips and tables. */
export const exact = (value: number): string => digits(value, 7);

/** "0:07", "12:03", "1:02:03" */
export function clock(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1000));
  const [h, m, s] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  const two = (n: number) => String(n).padStart(2, "0");
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** "12 ms", "1.2 s" */
export const duration = (ms: number): string => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`);

/** "1 point", "3 points" */
export const counted = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? "" : "s"}`;

export const outcomeWords: Readonly<Record<Outcome, string>> = {
  passed: "passed",
  failed: "failed",
  errored: "errored",
  timedOut: "timed out",
  notGraded: "not graded",
};

export const runStateWords: Readonly<Record<RunState, string>> = {
  starting: "Starting",
  running: "Running",
  grading: "Grading",
  finished: "Finished",
  cancelled: "Cancelled",
  errored: "Errored",
};

/** "visible 4/6, hidden 1/2 · 7 of 10 points · 2 slow checks wait for Run Exercise": never "all" for a part. */
export function gradeHeader(grade: Grade): string {
  const part = (hidden: boolean): string[] => {
    const checks = grade.checks.filter((c) => c.hidden === hidden);
    const passed = checks.filter((c) => c.outcome === "passed").length;
    return checks.length === 0 ? [] : [`${hidden ? "hidden" : "visible"} ${passed}/${checks.length}`];
  };
  const replay = grade.replay ? [`replay of seed ${grade.seed}, does not count`] : [];
  if (grade.checks.length === 0) return ["No check was graded", ...replay].join(" · ");
  const waiting = grade.unasked?.length ?? 0;
  const rest = waiting > 0 ? [`${counted(waiting, "slow check")} ${waiting === 1 ? "waits" : "wait"} for Run Exercise`] : [];
  return [[...part(false), ...part(true)].join(", "), `${grade.score} of ${counted(allPoints(grade), "point")}`, ...rest, ...replay].join(" · ");
}

/** Points, for the tab, as in the status bar. */
export const tally = (grade: Grade): string => `${grade.score}/${allPoints(grade)}${grade.replay ? " replay" : ""}`;

const allPoints = ({ points, unasked = [] }: Grade): number => points + unasked.reduce((sum, check) => sum + check.points, 0);

function digits(value: number, significant: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value > 0 ? "infinity" : "-infinity";
  if (Number.isInteger(value) && Math.abs(value) < 1e7) return String(value);
  const size = Math.abs(value);
  if (size < 1e-3 || size >= 1e7) return value.toExponential(significant - 1);
  return size >= 10 ** significant ? String(Math.round(value)) : value.toPrecision(significant);
}
