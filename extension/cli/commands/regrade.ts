import type { Exercise } from "../../exercise/model.ts";
import { progressOf, type StandingGrade } from "../../exercise/progress.ts";
import { differenceText } from "../../packs/differences.ts";
import { regrade as gradeAgain, outdated, pointsText, problemOf, type Regraded, remarkOf } from "../../packs/regrade.ts";
import { readAttempt } from "../../supervisor/attempt.ts";
import type { Context } from "../context.ts";
import { readCorpus } from "../corpus.ts";
import { type CommandResult, exitCodeOf, worstOf } from "../perform.ts";

/** Grades again what a newer version of a pack has changed the checks of, and says what that changes. @param wanted one exercise; all when absent */
export async function regrade(context: Context, wanted: string | undefined, options: { readonly corpus?: string } = {}): Promise<CommandResult> {
  const { terminal } = context;
  const exercises = wanted === undefined ? (await context.packs()).flatMap((pack) => pack.exercises) : [await context.exercise(wanted)];
  const due = await gradedBefore(context, exercises);
  const corpus = await readCorpus(options.corpus);
  if (due.length === 0) terminal.print("Every grade of yours was given by the checks that are installed.");
  const all: Regraded[] = [];
  for (const [i, { exercise, folder }] of due.entries()) {
    terminal.progress(i, due.length, exercise.title);
    const one = await regradeOne(context, exercise, folder, corpus);
    for (const line of linesOf(one, terminal.colors.bold(exercise.title))) terminal.print(line);
    all.push(one);
  }
  terminal.endProgress();
  const json = all.map(({ exercise, before, replay, after, differences }) => ({ exercise: exercise.id, before, replay, after, differences }));
  return { exitCode: worstOf(all.map(({ after }) => exitCodeOf(after.outcome))), json: { regraded: json } };
}

/** Of these exercises those that other checks have graded, and whose attempt is there. */
export async function gradedBefore(
  context: Context,
  exercises: readonly Exercise[],
): Promise<readonly { readonly exercise: Exercise; readonly folder: string }[]> {
  const attempts = await context.attempts();
  return outdated(exercises, await context.progress()).flatMap((exercise) => {
    const folder = attempts.get(exercise.id);
    return folder === undefined ? [] : [{ exercise, folder }];
  });
}

/** Only the grade on new inputs is kept: the progress file, which names the old seed, is the learner's own. */
async function regradeOne(context: Context, exercise: Exercise, folder: string, corpus: string | undefined): Promise<Regraded> {
  const before = progressOf(await context.progress(), exercise.id).last as StandingGrade;
  const attempt = await readAttempt(exercise, folder);
  const one = await gradeAgain(exercise, before, (seed) =>
    context.supervisor.grade({ exercise, attempt, tier: before.tier, seed, corpus, signal: context.signal }),
  );
  if (!one) throw new Error("a grade that was not cancelled gave nothing");
  await context.record(attempt, one.after);
  return one;
}

const linesOf = (one: Regraded, title: string): string[] => [
  `${title}: ${pointsText(one)}`,
  ...(problemOf(one) ? [`  ${problemOf(one)}`] : []),
  ...(one.differences ?? []).map((difference) => `  ${differenceText(difference)}`),
  ...(remarkOf(one) ? [`  ${remarkOf(one)}`] : []),
];
