import type { Exercise } from "../../exercise/model.ts";
import { progressOf, type StandingGrade } from "../../exercise/progress.ts";
import { differenceText } from "../../packs/differences.ts";
import { outdated, pointsText, type Regraded, regraded, remarkOf } from "../../packs/regrade.ts";
import { readAttempt } from "../../supervisor/attempt.ts";
import type { Context } from "../context.ts";
import { type CommandResult, exitCodeOf, worstOf } from "../perform.ts";

/** Grades again what a newer version of a pack has changed the checks of, and says what that changes. @param wanted one exercise; all when absent */
export async function regrade(context: Context, wanted: string | undefined): Promise<CommandResult> {
  const { terminal } = context;
  const exercises = wanted === undefined ? (await context.packs()).flatMap((pack) => pack.exercises) : [await context.exercise(wanted)];
  const due = await gradedBefore(context, exercises);
  if (due.length === 0) terminal.print("Every grade of yours was given by the checks that are installed.");
  const all: Regraded[] = [];
  for (const [i, { exercise, folder }] of due.entries()) {
    terminal.progress(i, due.length, exercise.title);
    const one = await regradeOne(context, exercise, folder);
    for (const line of linesOf(one, terminal.colors.bold(exercise.title))) terminal.print(line);
    all.push(one);
  }
  terminal.endProgress();
  const json = all.map(({ exercise, before, after, differences }) => ({ exercise: exercise.id, before, after, differences }));
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

async function regradeOne(context: Context, exercise: Exercise, folder: string): Promise<Regraded> {
  const before = progressOf(await context.progress(), exercise.id).last as StandingGrade;
  const attempt = await readAttempt(exercise, folder);
  const after = await context.supervisor.grade({ exercise, attempt, tier: before.tier, seed: before.seed, signal: context.signal });
  await context.record(attempt, after);
  return regraded(exercise, before, after);
}

const linesOf = (one: Regraded, title: string): string[] => [
  `${title}: ${pointsText(one)}`,
  ...(one.after.problem ? [`  ${one.after.problem.message}`] : []),
  ...(one.differences ?? []).map((difference) => `  ${differenceText(difference)}`),
  ...(remarkOf(one) ? [`  ${remarkOf(one)}`] : []),
];
