/** Grades and runs as lines of text. Pure. */
import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { formatNumber } from "../grading/describe.ts";
import type { CheckResult, Grade, Outcome } from "../protocol/grade.ts";
import type { SeriesData } from "../protocol/panel.ts";
import type { BackendInfo, RunEvent, SourceLocation } from "../protocol/runtime.ts";
import { encode } from "../protocol/wire.ts";
import type { Colors } from "./terminal.ts";

const MARKS: Record<Outcome, string> = { passed: "✔", failed: "✘", errored: "!", timedOut: "⧗", notGraded: "?" };
const WORDS: Record<Outcome, string> = { passed: "passed", failed: "failed", errored: "errored", timedOut: "timed out", notGraded: "could not be graded" };

const paint = (outcome: Outcome, colors: Colors) => (outcome === "passed" ? colors.green : outcome === "failed" ? colors.red : colors.yellow);

/** @param said messages that were printed before: a compile error is the message of every check, and is said once */
export function checkLines(check: CheckResult, root: string, colors: Colors, said: Set<string>): string[] {
  const title = `  ${paint(check.outcome, colors)(MARKS[check.outcome])} ${check.title}`;
  const points = check.outcome === "passed" ? `${check.points}` : `0/${check.points}`;
  const message = withPlace(check.message, check.location, root);
  const detail = message === "" || said.has(message) ? [] : [message];
  said.add(message);
  const hint = check.hint && check.outcome === "failed" ? [colors.cyan(`Hint: ${check.hint}`)] : [];
  return [`${title} ${colors.dim(`${points} ${check.points === 1 ? "point" : "points"}`)}`, ...[...detail, ...hint].map((text) => indent(text, 6))];
}

/** What is said once all checks have been. */
export function gradeLines(grade: Grade, root: string, colors: Colors, said: ReadonlySet<string>): string[] {
  const problem = grade.problem && !said.has(withPlace(grade.problem.message, grade.problem.location, root)) ? problemLines(grade.problem, root, colors) : [];
  const verdict = paint(grade.outcome, colors)(colors.bold(`${grade.score}/${grade.points} points, ${WORDS[grade.outcome]}`));
  return [...problem, "", `${verdict}  ${colors.dim(`${backendText(grade.backend)}, ${Math.round(grade.ms)} ms; again with --seed ${grade.seed}`)}`];
}

export const problemLines = (problem: { readonly message: string; readonly location?: SourceLocation }, root: string, colors: Colors): string[] => [
  indent(colors.yellow(withPlace(problem.message, problem.location, root)), 2),
];

export const backendText = ({ name, device }: BackendInfo): string => (name === device ? name : `${name} (${device})`);

/** The grade as JSON: tensors as on the wire. */
export const gradeJson = (grade: Grade): object => ({
  ...grade,
  checks: grade.checks.map((check) => (check.got === undefined ? check : { ...check, got: encode(check.got) })),
});

/** Step and values of the points that just came. */
export function latestValues(event: RunEvent): string {
  if (event.kind !== "points") return "";
  const values = new Map(event.points.map(({ series, value }) => [series, value]));
  return [`step ${event.points.at(-1)?.step}`, ...[...values].map(([series, value]) => `${series} ${formatNumber(value, 4)}`)].join("  ");
}

/** Each series in one line: its course as a sparkline, its ends. */
export function seriesLines(series: readonly SeriesData[]): string[] {
  const rows = series.map(({ name, points }) => {
    const values = points.map(([, value]) => value);
    return [name, sparkline(values), `${formatNumber(values[0] ?? NaN)} → ${formatNumber(values.at(-1) ?? NaN)}`, `${points.length} points`];
  });
  return columns(rows);
}

/** Rows with their cells aligned. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const width = (cell = "") => stripVTControlCharacters(cell).length;
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => width(row[i]))));
  return rows.map((row) =>
    row
      .map((cell, i) => cell + " ".repeat(Math.max(0, (widths[i] ?? 0) - width(cell))))
      .join("  ")
      .trimEnd(),
  );
}

const BARS = "▁▂▃▄▅▆▇█";
const SPARKS = 24;

/** At most so many bars, each the mean of its stretch; a stretch that is not finite is a cross. */
export function sparkline(values: readonly number[]): string {
  const count = Math.min(SPARKS, values.length);
  const means = Array.from({ length: count }, (_, i) => {
    const stretch = values.slice(Math.floor((i * values.length) / count), Math.floor(((i + 1) * values.length) / count));
    return stretch.reduce((a, b) => a + b, 0) / stretch.length;
  });
  const finite = means.filter(Number.isFinite);
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const span = high - low > 1e-9 * Math.abs(high) ? high - low : Infinity; // rounding is no course
  const barOf = (mean: number) => BARS[Math.round(((mean - low) / span) * (BARS.length - 1))];
  return means.map((mean) => (Number.isFinite(mean) ? barOf(mean) : "×")).join("");
}

function withPlace(message: string, location: SourceLocation | undefined, root: string): string {
  if (!location) return message;
  const file = path.isAbsolute(location.file) ? path.relative(root, location.file) : location.file;
  return `${message} (${file}:${location.line}:${location.column})`;
}

const indent = (text: string, by: number): string => text.replaceAll(/^/gm, " ".repeat(by));
