/** What became of submissions, as lines and as a table. Pure. */
import { differenceText } from "../packs/differences.ts";
import type { Row } from "./commands/submissions.ts";
import { checkLines, columns, gradeLines, Saying, verdictText } from "./report.ts";
import type { Colors } from "./terminal.ts";

const HEADINGS = ["file", "exercise", "outcome", "score", "points", "submitted score", "checks that went another way", "pack version", "problem", "remarks"];
/** The last ones are sentences: a terminal has no room for them in a table. */
const NARROW = 8;
/** Of what is no submission: a folder may hold thousands. */
const SHOWN = 20;

export const submissionTable = (rows: readonly Row[]): string[][] => [HEADINGS, ...rows.map(cellsOf)];

/** One in detail, several as a table; then what is to be known of each. */
export function submissionLines(
  rows: readonly Row[],
  table: readonly (readonly string[])[],
  passedOver: readonly { readonly file: string; readonly why: string }[],
  colors: Colors,
): string[] {
  const [one] = rows;
  const shown = one && rows.length === 1 ? detailsOf(one, colors) : tableOf(table, colors);
  const told = rows.flatMap(({ file, problem, remarks }) =>
    [...(problem ? [[problem.message, problem.remedy].filter(Boolean).join(" ")] : []), ...remarks].map((text) => `${file}: ${colors.yellow(text)}`),
  );
  const others = passedOver.slice(0, SHOWN).map(({ file, why }) => colors.dim(`${file} ${why}.`));
  const more = passedOver.length > SHOWN ? [colors.dim(`${passedOver.length - SHOWN} more files are no submissions; --json names them.`)] : [];
  return [...shown, ...(told.length > 0 ? ["", ...told] : []), ...(others.length > 0 ? ["", ...others, ...more] : [])];
}

function tableOf([headings = [], ...rows]: readonly (readonly string[])[], colors: Colors): string[] {
  return columns([headings.slice(0, NARROW).map(colors.dim), ...rows.map((row) => row.slice(0, NARROW))]);
}

function detailsOf({ file, exercise, submission, grade, differences, problem }: Row, colors: Colors): string[] {
  const heading = [colors.bold(exercise?.title ?? file)];
  if (!grade || !submission || problem) return [...heading, colors.yellow("not graded")];
  const saying = new Saying(true);
  const checks = grade.checks.flatMap((check) => checkLines(check, submission.attempt.root, colors, saying));
  const { claim } = submission;
  const as = claim.score === grade.score && claim.points === grade.points && claim.outcome === grade.outcome && differences.length === 0;
  const submitted = as
    ? colors.dim(`As submitted: ${verdictText(claim)}.`)
    : `Submitted as ${verdictText(claim)}.${differences.length > 0 ? " What went another way:" : ""}`;
  return [
    ...heading,
    ...checks,
    ...gradeLines(grade, submission.attempt.root, colors, saying, ""),
    submitted,
    ...differences.map((difference) => `  ${differenceText(difference)}`),
  ];
}

/** What could not be graded has no score: it would be taken for a mark. */
function cellsOf({ file, exercise, submission, grade, differences, problem, remarks }: Row): string[] {
  const mark = problem ? undefined : grade;
  return [
    file,
    exercise?.id ?? submission?.claim.exercise ?? "",
    mark?.outcome ?? "notGraded",
    ...[mark?.score, mark?.points, submission?.claim.score].map((points) => String(points ?? "")),
    mark ? String(differences.length) : "",
    exercise?.pack.version ?? "",
    problem?.message ?? "",
    remarks.join(" "),
  ];
}
