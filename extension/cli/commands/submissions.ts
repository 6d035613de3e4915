import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { stringify } from "csv-stringify/sync";
import { messageOf, UserError } from "../../errors.ts";
import type { Exercise } from "../../exercise/model.ts";
import { LIMITS } from "../../packs/archive.ts";
import { type Difference, differences, differenceText } from "../../packs/differences.ts";
import { readKeys } from "../../packs/keys.ts";
import { keyFolder } from "../../packs/places.ts";
import { unseal } from "../../packs/seal.ts";
import { readSubmission, type Submission, sameChecks } from "../../packs/submission.ts";
import type { Grade } from "../../protocol/grade.ts";
import { plain } from "../../protocol/plainText.ts";
import { readProblem } from "../../supervisor/files/problems.ts";
import { readBytes } from "../../supervisor/files/read.ts";
import { writeWhole } from "../../supervisor/files/write.ts";
import type { Context } from "../context.ts";
import { COULD_NOT_GRADE, type CommandResult, exitCodeOf, worstOf } from "../perform.ts";
import { columns } from "../report.ts";
import { gradeAttempt } from "./grade.ts";

export interface SubmissionOptions {
  readonly keys?: string;
  /** File to write the summary to. */
  readonly csv?: string;
}

/** What became of one file. */
interface Row {
  readonly file: string;
  readonly submission?: Submission;
  readonly grade?: Grade;
  readonly differences: readonly Difference[];
  /** Why there is no grade. */
  readonly problem?: string;
}

/** Grades what learners have submitted again, on the inputs that it was graded on, and says what differs. @param places files, and folders of them */
export async function gradeSubmissions(context: Context, places: readonly string[], { keys = keyFolder(), csv }: SubmissionOptions): Promise<CommandResult> {
  const { terminal } = context;
  const files = (await Promise.all(places.map(filesOf))).flat();
  const [file, ...others] = files;
  if (file === undefined)
    throw new UserError(`There is no submission in ${places.join(", ")}.`, "Name files that practicum submit has written, or folders of them.");
  if (others.length === 0 && csv === undefined) return gradeOne(context, file, keys);
  const rows: Row[] = [];
  for (const [i, each] of files.entries()) {
    terminal.progress(i, files.length, path.basename(each));
    rows.push(await rowOf(context, each, keys));
    context.signal.throwIfAborted();
  }
  terminal.endProgress();
  for (const line of columns([HEADINGS.map(terminal.colors.dim), ...rows.map(cellsOf)])) terminal.print(line);
  if (csv !== undefined) await writeWhole(csv, stringify([HEADINGS, ...rows.map(cellsOf)], { escape_formulas: true }), { what: "The summary" }); // a file may be named like one
  const json = rows.map(({ submission, grade, ...row }) => ({ ...row, submitted: submission?.grade, grade }));
  return { exitCode: worstOf(rows.map(({ grade }) => (grade ? exitCodeOf(grade.outcome) : COULD_NOT_GRADE))), json: { submissions: json } };
}

async function gradeOne(context: Context, file: string, keys: string): Promise<CommandResult> {
  const { terminal } = context;
  const { submission, exercise } = await read(context, file, keys);
  terminal.print(terminal.colors.bold(exercise.title));
  if (!sameChecks(submission, exercise)) {
    terminal.print(terminal.colors.yellow(`It was graded by version ${submission.grade.packVersion} of the pack; here is ${exercise.pack.version}.`));
  }
  const grade = await gradeAttempt(context, exercise, submission.attempt, { ...replayOf(submission), record: false });
  const changed = differences(submission.grade, grade);
  for (const difference of changed) terminal.print(`  ${differenceText(difference)}`);
  if (changed.length === 0) terminal.print(terminal.colors.dim(`As submitted: ${submission.grade.score}/${submission.grade.points} points.`));
  return { exitCode: exitCodeOf(grade.outcome), json: { submitted: submission.grade, grade, differences: changed } };
}

/** One file that cannot be graded keeps no other from it. */
async function rowOf(context: Context, file: string, keys: string): Promise<Row> {
  try {
    const { submission, exercise } = await read(context, file, keys);
    const { seed, fast } = replayOf(submission);
    const grade = await context.supervisor.grade({ exercise, attempt: submission.attempt, tier: fast ? "save" : "run", seed, signal: context.signal });
    return { file, submission, grade, differences: differences(submission.grade, grade), problem: grade.problem?.message };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { file, differences: [], problem: messageOf(error) };
  }
}

const replayOf = ({ grade }: Submission) => ({ seed: grade.seed, fast: grade.tier === "save" });

async function read(context: Context, file: string, keys: string): Promise<{ readonly submission: Submission; readonly exercise: Exercise }> {
  const archive = await readBytes(file, LIMITS.archiveBytes);
  if (!archive) throw new UserError(`${file} is not there.`, REMEDY);
  const submission = await readSubmission(archive, path.resolve(file));
  const published = await context.exercise(submission.grade.exercise);
  const { sealing } = await readKeys(keys);
  return { submission, exercise: sealing === undefined ? published : unseal(published, sealing) };
}

async function filesOf(place: string): Promise<string[]> {
  try {
    if (!(await stat(place)).isDirectory()) return [place];
    const names = (await readdir(place)).filter((name) => name.endsWith(".tgz"));
    return names.sort().map((name) => path.join(place, name));
  } catch (error) {
    throw readProblem(error, place);
  }
}

const HEADINGS = ["file", "exercise", "outcome", "score", "points", "submitted score", "checks that went another way", "pack version", "problem"];

/** A file's name is its sender's. */
const cellsOf = ({ file, submission, grade, differences, problem = "" }: Row): string[] =>
  [
    file,
    submission?.grade.exercise ?? "",
    grade?.outcome ?? "notGraded",
    ...[grade?.score, grade?.points, submission?.grade.score].map((points) => String(points ?? "")),
    grade ? String(differences.length) : "",
    grade?.packVersion ?? "",
    problem,
  ].map(plain);

const REMEDY = "Name a file that practicum submit has written.";
