/** After a pack's update: attempts that other checks have graded are graded again, and what that changes is said. */
import type { Exercise } from "../exercise/model.ts";
import { allPoints, isOutdated, type Progress, progressOf, type StandingGrade } from "../exercise/progress.ts";
import type { Grade } from "../protocol/grade.ts";
import { markdownText } from "../protocol/plainText.ts";
import { checksDigest } from "../supervisor/packStore.ts";
import { type Difference, differences, outcomeText } from "./differences.ts";

export interface Regraded {
  readonly exercise: Exercise;
  readonly before: StandingGrade;
  readonly after: Grade;
  /** Checks that went another way, came or left; undefined where only the points of the older grade are known. */
  readonly differences: readonly Difference[] | undefined;
  /** The learner has gone on working since. */
  readonly edited: boolean;
}

/** Exercises whose standing grade was given by other checks than these. */
export const outdated = (exercises: readonly Exercise[], progress: Progress): readonly Exercise[] =>
  exercises.filter((exercise) => isOutdated(progressOf(progress, exercise.id), exercise.pack.version, checksDigest(exercise)));

export const regraded = (exercise: Exercise, before: StandingGrade, after: Grade): Regraded => ({
  exercise,
  before,
  after,
  differences: before.checks && differences({ checks: before.checks }, after),
  edited: before.digests !== undefined && before.digests.attempt !== after.digests.attempt,
});

export const offerText = (count: number, version: string): string =>
  `Version ${version} has changed the checks of ${count === 1 ? "1 exercise" : `${count} exercises`} that you were graded on.`;

/** e.g. "4/4 by version 1.0.0, 3/5 by version 1.1.0" */
export const pointsText = ({ before, after }: Regraded): string =>
  `${before.score}/${before.points} by version ${before.version}, ${after.score}/${allPoints(after)} by version ${after.packVersion}`;

export const remarkOf = ({ differences, edited }: Regraded): string =>
  [
    differences === undefined ? "Which checks the older grade passed was not kept." : differences.length === 0 ? "Every check went as before." : "",
    edited ? "Your code has changed since the older grade." : "",
  ]
    .filter(Boolean)
    .join(" ");

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
  const problem = one.after.problem ? [markdownText(one.after.problem.message), ""] : [];
  const remark = remarkOf(one);
  return [`## ${markdownText(one.exercise.title)}`, "", `${pointsText(one)}.`, "", ...problem, ...table, ...(remark ? [remark, ""] : [])];
}
