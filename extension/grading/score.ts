import { type CheckResult, type Outcome, overall } from "../protocol/grade.ts";

/** Points of the passed checks, points of all, and the outcome of the whole. */
export function scoreOf(results: readonly Pick<CheckResult, "outcome" | "points">[]): { score: number; points: number; outcome: Outcome } {
  const sum = (list: typeof results) => list.reduce((total, r) => total + r.points, 0);
  return { score: sum(results.filter((r) => r.outcome === "passed")), points: sum(results), outcome: overall(results.map((r) => r.outcome)) };
}
