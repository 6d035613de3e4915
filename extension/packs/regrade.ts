/** After a pack's update: attempts that other checks have graded are graded again, and what that changes is said. */
import type { Exercise } from "../exercise/model.ts";
import { allPoints, isOutdated, type Progress, progressOf, type StandingGrade } from "../exercise/progress.ts";
import type { Grade } from "../protocol/grade.ts";
import { markdownText } from "../protocol/plainText.ts";
import { checksDigest } from "../supervisor/packStore.ts";
import { type Difference, differences as differencesOf, differenceText, outcomeText } from "./differences.ts";

export interface Regraded {
  readonly exercise: Exercise;
  readonly before: StandingGrade;
  /** By the checks of today, on the inputs of the older grade: what the update changes. Its seed comes from the learner's file, so it does not count. */
  readonly replay: Grade;
  /** By the checks of today, on new inputs: the grade that counts. */
  readonly after: Grade;
  /** Between the older grade and its replay: checks that went another way, came or left; undefined where only the points of the older grade are known. */
  readonly differences: readonly Difference[] | undefined;
  /** The learner has gone on working since. */
  readonly edited: boolean;
}

/** Exercises whose standing grade was given by other checks than these. */
export const outdated = (exercises: readonly Exercise[], progress: Progress): readonly Exercise[] =>
  exercises.filter((exercise) => isOutdated(progressOf(progress, exercise.id), exercise.pack.version, checksDigest(exercise)));

/**
 * Compares on the old seed, then grades on a new one.
 * @param grade asks today's checks, on the inputs of that seed or on new ones; gives nothing when it is cancelled or overtaken
 */
export async function regrade(exercise: Exercise, before: StandingGrade, grade: (seed?: number) => Promise<Grade | undefined>): Promise<Regraded | undefined> {
  const replay = await grade(before.seed);
  const after = replay && (await grade());
  return after && regraded(exercise, before, replay, after);
}

export const regraded = (exercise: Exercise, before: StandingGrade, replay: Grade, after: Grade): Regraded => ({
  exercise,
  before,
  replay,
  after,
  differences: before.checks && differencesOf({ checks: before.checks }, replay),
  edited: before.digests !== undefined && before.digests.attempt !== after.digests.attempt,
});

export const offerText = (count: number, version: string): string =>
  `Version ${version} has changed the checks of ${count === 1 ? "1 exercise" : `${count} exercises`} that you were graded on.`;

/** e.g. "4/4 by version 1.0.0, 3/5 by version 1.1.0 on the same inputs (a replay), 3/5 on new ones, which counts" */
export const pointsText = ({ before, replay, after }: Regraded): string =>
  `${before.score}/${before.points} by version ${before.version}, ${replay.score}/${allPoints(replay)} by version ${after.packVersion} on the same inputs (a replay), ` +
  `${after.score}/${allPoints(after)} on new ones, which counts`;

/** Why nothing, or not all, could be asked. */
export const problemOf = ({ replay, after }: Regraded): string | undefined => (after.problem ?? replay.problem)?.message;

export const remarkOf = ({ differences, replay, after, edited }: Regraded): string =>
  [
    differences === undefined ? "Which checks the older grade passed was not kept." : differences.length === 0 ? "Every check went as before." : "",
    edited ? "Your code has changed since the older grade." : "",
    onNewInputs(differencesOf(replay, after)),
  ]
    .filter(Boolean)
    .join(" ");

/** An answer that fits one seed only, or a check that chance decides. */
const onNewInputs = (changed: readonly Difference[]): string =>
  changed.length === 0 ? "" : `On new inputs it is another result: ${changed.map(differenceText).join("; ")}.`;

/** All of it as a page. */
export function regradePage(all: readonly Regraded[]): string {
  return [
    "# Graded again",
    "",
    "The checks of these exercises have changed. Your code has not been touched; the newer grades count from now on.",
    "",
    ...all.flatMap(section),
  ].join("\n");
}

function section(one: Regraded): string[] {
  const changed = (one.differences ?? []).map(({ title, before, after }) => `| ${markdownText(title)} | ${outcomeText(before)} | ${outcomeText(after)} |`);
  const table = changed.length > 0 ? [`| check | version ${one.before.version} | version ${one.after.packVersion} |`, "|---|---|---|", ...changed, ""] : [];
  const said = problemOf(one);
  const problem = said ? [markdownText(said), ""] : [];
  const remark = remarkOf(one);
  return [`## ${markdownText(one.exercise.title)}`, "", `${pointsText(one)}.`, "", ...problem, ...table, ...(remark ? [remark, ""] : [])];
}
