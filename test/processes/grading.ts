/** Grades of attempts at the tiny exercise, and what the tests of them have in common. */
import { after, before } from "mocha";
import type { Exercise } from "../../extension/exercise/model.ts";
import type { CheckResult, Grade } from "../../extension/protocol/grade.ts";
import type { SourceTree } from "../../extension/protocol/runtime.ts";
import type { GradeRequest, Supervisor } from "../../extension/supervisor/api.ts";
import { createSupervisor } from "../../extension/supervisor/supervisor.ts";
import { dist, REFERENCE, tinyExercise } from "./tinyPack.ts";

/** The body of the reference's `double`. */
export const DOUBLE = "x.mul(2)";
/** The reference with another body of `double`. */
export const doubling = (body: string): string => REFERENCE.replace("return x.mul(2);", body);

type Grading = (attempt: SourceTree, more?: Partial<GradeRequest>) => Promise<Grade>;

/** Grades as a save does, at the tiny exercise, unless told otherwise; for the tests of one `describe`. */
export function useGrading(): Grading {
  let supervisor: Supervisor;
  let exercise: Exercise;
  before(async () => {
    supervisor = createSupervisor({ dist });
    exercise = await tinyExercise();
  });
  after(() => supervisor.dispose());
  return (attempt, more) => supervisor.grade({ exercise, attempt, tier: "save", ...more });
}

export const first = ({ checks }: Grade): CheckResult | undefined => checks[0];
