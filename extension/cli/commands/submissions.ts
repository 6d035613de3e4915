import { stringify } from "csv-stringify/sync";
import { messageOf, UserError } from "../../errors.ts";
import type { Exercise, Pack } from "../../exercise/model.ts";
import { changesFrom, remarksOn, sharedWith } from "../../packs/claim.ts";
import type { Difference } from "../../packs/differences.ts";
import { type HandedIn, handedIn } from "../../packs/handedIn.ts";
import { openSealed, sealingKey } from "../../packs/keys.ts";
import { keyFolder } from "../../packs/places.ts";
import { type Claim, readSubmission, type Submission } from "../../packs/submission.ts";
import type { Grade } from "../../protocol/grade.ts";
import { writeWhole } from "../../supervisor/files/write.ts";
import { checksDigest, findExercise } from "../../supervisor/packStore.ts";
import type { Context } from "../context.ts";
import { readCorpus } from "../corpus.ts";
import { requireOther } from "../outputs.ts";
import { COULD_NOT_GRADE, type CommandResult, exitCodeOf, worstOf } from "../perform.ts";
import { submissionLines, submissionTable } from "../submissionReport.ts";

export interface SubmissionOptions {
  readonly keys?: string;
  /** File to write the summary to. */
  readonly csv?: string;
  readonly corpus?: string;
}

/** What became of one of them. */
export interface Row {
  readonly file: string;
  readonly exercise?: Exercise;
  readonly submission?: Submission;
  /** Ours: by all checks, on inputs that nobody has seen. */
  readonly grade?: Grade;
  readonly differences: readonly Difference[];
  /** What does not fit: sentences. */
  readonly remarks: readonly string[];
  /** Why there is no mark. */
  readonly problem?: { readonly message: string; readonly remedy?: string };
}

interface Means {
  readonly context: Context;
  /** That are here. */
  readonly packs: readonly Pack[];
  /** The one exercise that is expected. */
  readonly expected?: Exercise;
  readonly keys: string;
  readonly corpus?: string;
}

/**
 * Grades what learners have submitted, and says where that differs from what they have submitted: seeds, tiers and points are theirs, and not believed.
 * One file and a class take the same path; what is shown of one is more.
 * @param places files, folders and archives of them @param wanted the exercise that they must be of
 */
export async function gradeSubmissions(
  context: Context,
  places: readonly string[],
  wanted: string | undefined,
  { keys, csv, corpus }: SubmissionOptions,
): Promise<CommandResult> {
  const { terminal, signal } = context;
  const packs = await context.packs();
  const expected = wanted === undefined ? undefined : findExercise(packs, wanted);
  if (keys !== undefined) await sealingKey(keys, "what is sealed"); // named, and not there: a slip, also where nothing is sealed
  const means = { context, packs, expected, keys: keys ?? keyFolder(), corpus: await readCorpus(corpus) };
  const found: Row[] = [];
  const passedOver: { file: string; why: string }[] = [];
  for await (const one of handedIn(places)) {
    signal.throwIfAborted();
    if (csv !== undefined && !("passedOver" in one)) await requireOther("--csv", csv, [one.file]);
    terminal.progress(0, 0, `${found.length + 1}: ${one.file}`);
    if ("passedOver" in one) passedOver.push({ file: one.file, why: one.passedOver });
    else found.push(await rowOf(means, one));
  }
  terminal.endProgress();
  signal.throwIfAborted();
  if (found.length === 0) throw nothingIn(places);
  const rows = withShared(found);
  const table = submissionTable(rows);
  for (const line of submissionLines(rows, table, passedOver, terminal.colors)) terminal.print(line);
  if (csv !== undefined) await writeSummary(csv, table);
  const exitCode = worstOf(rows.map(({ grade, problem }) => (grade && !problem ? exitCodeOf(grade.outcome) : COULD_NOT_GRADE)));
  return { exitCode, json: { submissions: rows.map(jsonOf), passedOver } };
}

/** One that cannot be graded keeps no other from it. */
async function rowOf(means: Means, found: Exclude<HandedIn, { passedOver: string }>): Promise<Row> {
  const { file } = found;
  const nothing: Row = { file, differences: [], remarks: [] };
  let known: Row = nothing;
  try {
    if ("problem" in found) throw found.problem;
    const submission = readSubmission(found.submission, file);
    known = { ...nothing, submission };
    const exercise = exerciseOf(means, submission.claim);
    known = { ...known, exercise, remarks: remarksOn(submission, exercise, checksDigest(exercise), new Date()) };
    return await graded(means, known, exercise, submission);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { ...known, problem: { message: messageOf(error), remedy: error.remedy } };
  }
}

/** @throws {UserError} when it is another than the one that is expected (a learner's file could name an easier one), or none that is here */
function exerciseOf({ packs, expected }: Means, { exercise: id }: Claim): Exercise {
  if (expected && id !== expected.id)
    throw new UserError(`It is a submission of "${id}", not of "${expected.id}".`, "Leave the exercise out to grade each as the one that it is of.");
  const exercise = packs.flatMap((pack) => pack.exercises).find((one) => one.id === id);
  if (!exercise) throw new UserError(`Its exercise "${id}" is not here.`, "Install the pack that it is of, or name it with --pack.");
  return exercise;
}

async function graded({ context, keys, corpus }: Means, known: Row, published: Exercise, { attempt, claim }: Submission): Promise<Row> {
  const exercise = await openSealed(published, keys);
  if (!Object.hasOwn(attempt.files, exercise.entry)) throw new UserError(`It lacks the attempt's ${exercise.entry}.`, "Ask the learner to submit again.");
  const own = { ...attempt, entry: exercise.entry };
  const grade = await context.supervisor.grade({ exercise, attempt: own, tier: "run", corpus, signal: context.signal });
  const { changed, strange } = changesFrom(claim, grade);
  const problem = grade.outcome === "notGraded" ? { message: grade.problem?.message ?? "Not every check could be asked." } : undefined;
  return { ...known, grade, differences: changed, remarks: [...known.remarks, ...(strange ? [strange] : [])], ...(problem && { problem }) };
}

/** What only the whole class shows: the same files twice, the record of another's. */
function withShared(rows: readonly Row[]): readonly Row[] {
  const read = rows.flatMap(({ file, submission }) =>
    submission ? [{ file, exercise: submission.claim.exercise, digest: submission.digest, claimed: submission.claim.digests.attempt }] : [],
  );
  const remarks = sharedWith(read)[Symbol.iterator]();
  return rows.map((row) => (row.submission ? { ...row, remarks: [...row.remarks, ...(remarks.next().value ?? [])] } : row));
}

/** Files may be named like formulas. */
async function writeSummary(file: string, table: readonly (readonly string[])[]): Promise<void> {
  await writeWhole(file, stringify(table as string[][], { escape_formulas: true }), { what: "The summary" });
}

const jsonOf = ({ submission, exercise, ...row }: Row) => ({ ...row, exercise: exercise?.id ?? submission?.claim.exercise, submitted: submission?.claim });

const nothingIn = (places: readonly string[]): UserError =>
  new UserError(`There is no submission in ${places.join(", ")}.`, "Name files that practicum submit has written, or folders of them.");
