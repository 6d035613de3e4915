/** Hostile attempts and packs as tables: what is tried, what comes of it, what is said, and that nothing of it lives on. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import type { Exercise } from "../../extension/exercise/model.ts";
import type { Grade, Outcome } from "../../extension/protocol/grade.ts";
import { RandomStream } from "../../extension/protocol/random.ts";
import type { RunResult, Supervisor, SupervisorOptions } from "../../extension/supervisor/api.ts";
import { createSupervisor } from "../../extension/supervisor/supervisor.ts";
import { descendantsOf, gone } from "../processes/children.ts";
import { attemptOf, dist, tinyExercise } from "../processes/tinyPack.ts";

export interface Hostile {
  /** What is tried, as the end of a sentence: "an attempt that ...". */
  readonly that: string;
  /** `double.ts`; the reference where the pack is the hostile part. */
  readonly attempt: string;
  /** Files of the exercise that are replaced. */
  readonly pack?: Readonly<Record<string, string>>;
  readonly limits?: object;
  readonly tier?: "save" | "run";
  readonly outcome: Outcome;
  /** Of the first check that did not pass, or of the grade's problem. */
  readonly says?: RegExp;
  /** Looked at afterwards. */
  readonly also?: (grade: Grade) => void | Promise<void>;
}

/** Grades each row; when all are graded and the supervisor is gone, no process of theirs may be left. @param options e.g. `{ containment: [] }`, for what stands without the operating system */
export function gradesHostile(title: string, rows: readonly Hostile[], options: Partial<SupervisorOptions> = {}): void {
  describe(title, function () {
    this.timeout(120_000);
    let supervisor: Supervisor;
    before(() => {
      supervisor = createSupervisor({ dist, ...options });
    });
    after(async () => {
      await supervisor.dispose();
      await nothingLives();
    });
    for (const { that, attempt, pack, limits, tier = "save", outcome, says, also } of rows) {
      it(`that ${that}: ${outcome}`, async () => {
        const exercise = await tinyExercise(pack, limits);
        const grade = await supervisor.grade({ exercise, attempt: attemptOf(attempt), tier });
        assert.equal(grade.outcome, outcome, JSON.stringify(grade.checks, null, 1).slice(0, 4000));
        if (says) assert.match(saidOf(grade), says);
        await also?.(grade);
      });
    }
  });
}

/** Of the rows, uncontained: all would take as long once more. */
const SHARE = 1 / 3;
const SEED = Number(process.env.PRACTICUM_SAMPLE_SEED) || (Date.now() % 1e6) + 1;

/** Every row as it is held here, and some of them uncontained: which, the seed in the title says, and PRACTICUM_SAMPLE_SEED chooses. */
export function gradesBothWays(title: string, rows: readonly Hostile[]): void {
  gradesHostile(title, rows);
  const stream = new RandomStream(SEED);
  const sample = rows.filter(() => stream.uniform(0, 1) < SHARE);
  if (sample.length > 0) gradesHostile(`uncontained (sample ${SEED}): ${title}`, sample, { containment: [] });
}

/** What a learner reads first. */
export const saidOf = ({ problem, checks }: Grade): string => problem?.message ?? checks.find(({ outcome }) => outcome !== "passed")?.message ?? "";

/** Runs an attempt under a `run.ts` that prints what `answer` gives. */
export async function printedBy(supervisor: Supervisor, attempt: string, run = PRINTS): Promise<{ readonly result: RunResult; readonly output: string }> {
  let output = "";
  const exercise: Exercise = await tinyExercise({ "run.ts": run });
  const result = await supervisor.run({ exercise, attempt: attemptOf(attempt), onEvent: () => {}, onOutput: (text) => (output += text) });
  return { result, output };
}

const PRINTS = "export default async (attempt: any) => { console.log(await attempt.answer()); };\n";

/** Resolves when no process of ours lives on; a test in which one does ends by its limit. */
async function nothingLives(): Promise<void> {
  await Promise.all(descendantsOf(process.pid, dist).map(gone));
}
