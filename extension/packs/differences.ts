/** What two grades of one attempt do not agree on. Pure. */
import type { Outcome } from "../protocol/grade.ts";

interface Judged {
  readonly checks: readonly { readonly title: string; readonly outcome: Outcome }[];
}

export interface Difference {
  readonly title: string;
  readonly before?: Outcome;
  readonly after?: Outcome;
}

/** Checks whose outcome is not the same in both grades, also those that only one of them has. */
export function differences(before: Judged, after: Judged): readonly Difference[] {
  const outcomes = new Map<string, Difference>();
  for (const { title, outcome } of before.checks) outcomes.set(title, { title, before: outcome });
  for (const { title, outcome } of after.checks) outcomes.set(title, { ...outcomes.get(title), title, after: outcome });
  return [...outcomes.values()].filter((difference) => difference.before !== difference.after);
}

/** e.g. "doubles: passed → failed" */
export const differenceText = ({ title, before, after }: Difference): string => `${title}: ${outcomeText(before)} → ${outcomeText(after)}`;

/** A check that only one of the grades has asked is another's that is new, or gone. */
export const outcomeText = (outcome: Outcome | undefined): string =>
  outcome === undefined ? "not asked" : { passed: "passed", failed: "failed", errored: "errored", timedOut: "timed out", notGraded: "not graded" }[outcome];
