/** Grades and runs as lines of text. Pure. */
import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { formatNumber } from "../grading/describe.ts";
import { explain } from "../grading/explain.ts";
import type { CheckResult, Grade, Outcome } from "../protocol/grade.ts";
import type { SeriesData } from "../protocol/panel.ts";
import type { BackendInfo, RunEvent, SourceLocation } from "../protocol/runtime.ts";
import type { Colors } from "./terminal.ts";

const MARKS: Record<Outcome, string> = { passed: "✔", failed: "✘", errored: "!", timedOut: "⧗", notGraded: "?" };
const WORDS: Record<Outcome, string> = { passed: "passed", failed: "failed", errored: "errored", timedOut: "timed out", notGraded: "could not be graded" };

const paint = (outcome: Outcome, colors: Colors) => (outcome === "passed" ? colors.green : outcome === "failed" ? colors.red : colors.yellow);

/** What was said of a grade so far: nothing is said twice, and one hint at a time is enough. */
export class Saying {
  readonly #allHints: boolean;
  readonly #said = new Set<string>();
  /** Hints that were kept back. */
  kept = 0;

  constructor(allHints = false) {
    this.#allHints = allHints;
  }

  /** @returns the text, unless it was said before: a compile error is the message of every check */
  once(text: string): string[] {
    if (text === "" || this.#said.has(text)) return [];
    this.#said.add(text);
    return [text];
  }

  hint(text: string | undefined): string[] {
    if (text === undefined) return [];
    if (this.#allHints || !this.#said.has("hint")) {
      this.#said.add("hint");
      return [`Hint: ${text}`];
    }
    this.kept++;
    return [];
  }
}

export function checkLines(check: CheckResult, root: string, colors: Colors, saying: Saying): string[] {
  const title = `  ${paint(check.outcome, colors)(MARKS[check.outcome])} ${check.title}`;
  const points = check.outcome === "passed" ? `${check.points}` : `0/${check.points}`;
  const { diagnosis, message, location, mismatch, divergence } = check;
  const told = [
    diagnosis?.sentence,
    withPlace(message, location, root),
    check.remark,
    mismatch && explain(mismatch, check),
    divergence && withPlace(divergence.sentence, divergence.location, root),
  ];
  const detail = told.flatMap((text) => saying.once(text ?? ""));
  const hint = check.outcome === "failed" ? saying.hint(check.hint).map(colors.cyan) : [];
  return [`${title} ${colors.dim(`${points} ${check.points === 1 ? "point" : "points"}`)}`, ...[...detail, ...hint].map((text) => indent(text, 6))];
}

/** What is said once all checks have been. @param again how the same is had once more; nothing where it cannot be */
export function gradeLines(grade: Grade, root: string, colors: Colors, saying: Saying, again = `again with --seed ${grade.seed}`): string[] {
  const problem = grade.problem ? saying.once(withPlace(grade.problem.message, grade.problem.location, root)) : [];
  const kept = saying.kept > 0 ? ["", colors.dim(`${saying.kept} more ${saying.kept === 1 ? "hint" : "hints"}: --hints`)] : [];
  const unasked = grade.unasked ?? [];
  const waiting = unasked.length > 0 ? colors.dim(`  ${unasked.length} slow ${unasked.length === 1 ? "check was" : "checks were"} not asked`) : "";
  const paintVerdict = grade.replay ? colors.yellow : paint(grade.outcome, colors);
  const verdict = paintVerdict(colors.bold(`${verdictText(grade)}${grade.replay ? " (replay)" : ""}`)) + waiting;
  const problems = problem.map((text) => indent(colors.yellow(text), 2));
  const facts = colors.dim([`${backendText(grade.backend)}, ${Math.round(grade.ms)} ms`, again].filter(Boolean).join("; "));
  return [...problems, ...kept, "", `${verdict}  ${facts}`, ...(grade.replay ? [`${REPLAY} Grade without --seed for one that does.`] : [])];
}

/** Its inputs could be known beforehand. */
const REPLAY = "A replay shows what happened with that seed. It does not count.";

/** e.g. "4/4 points, passed" */
export const verdictText = ({ score, points, outcome }: Pick<Grade, "score" | "points" | "outcome">): string => `${score}/${points} points, ${WORDS[outcome]}`;

export const problemLines = (problem: { readonly message: string; readonly location?: SourceLocation }, root: string, colors: Colors): string[] => [
  indent(colors.yellow(withPlace(problem.message, problem.location, root)), 2),
];

export const backendText = ({ name, device }: BackendInfo): string => (name === device ? name : `${name} (${device})`);

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
  const relative = path.isAbsolute(location.file) ? path.relative(root, location.file) : location.file;
  const file = relative.startsWith("..") ? location.file : relative; // of the pack
  return `${message} (${file}:${location.line}:${location.column})`;
}

const indent = (text: string, by: number): string => text.replaceAll(/^/gm, " ".repeat(by));
