/** A learner's progress: what remains of grades, hints and giving up, per exercise. Pure; whoever keeps it writes it as JSON. */
import * as z from "zod";
import type { Grade } from "../protocol/grade.ts";

// Without this zod looks whether it may compile code, by a global that VS Code reports as an error when an extension touches it.
z.config({ jitless: true });

const FORMAT = 1;

const exerciseProgressSchema = z
  .object({
    state: z.enum(["started", "failing", "passed"]),
    best: z.object({ score: z.number(), points: z.number() }).readonly().optional(),
    /** ISO time of the first grade in which every check passed. */
    passedAt: z.string().optional(),
    hints: z.number().int().nonnegative().default(0),
    gaveUp: z.boolean().default(false),
  })
  .readonly();

const progressSchema = z.object({ format: z.literal(FORMAT), exercises: z.record(z.string(), exerciseProgressSchema).readonly() }).readonly();

export type Progress = z.infer<typeof progressSchema>;

/** What is known of one exercise. `state` is that of the last grade; `passedAt` stays. */
export type ExerciseProgress = Omit<z.infer<typeof exerciseProgressSchema>, "state"> & { readonly state: "notStarted" | "started" | "failing" | "passed" };

const NOTHING: ExerciseProgress = { state: "notStarted", hints: 0, gaveUp: false };

export const emptyProgress = (): Progress => ({ format: FORMAT, exercises: {} });

/** What was kept; nothing when it is unreadable or of another format. */
export const parseProgress = (kept: unknown): Progress | undefined => progressSchema.safeParse(kept).data;

export const progressOf = (progress: Progress, exercise: string): ExerciseProgress => progress.exercises[exercise] ?? NOTHING;

/** The reference is offered after passing, or after giving up. */
export const mayCompare = ({ passedAt, gaveUp }: ExerciseProgress): boolean => passedAt !== undefined || gaveUp;

export const opened = (progress: Progress, exercise: string): Progress => change(progress, exercise, {});

export const hintRevealed = (progress: Progress, exercise: string): Progress => change(progress, exercise, { hints: progressOf(progress, exercise).hints + 1 });

export const gaveUp = (progress: Progress, exercise: string): Progress => change(progress, exercise, { gaveUp: true });

/** Takes a grade into account; one that judged nothing changes nothing. */
export function graded(progress: Progress, grade: Grade): Progress {
  if (grade.outcome === "notGraded") return progress;
  const before = progressOf(progress, grade.exercise);
  const better = !before.best || grade.score >= before.best.score;
  return change(progress, grade.exercise, {
    state: stateAfter(before, grade),
    ...(better && { best: { score: grade.score, points: Math.max(grade.points, before.best?.points ?? 0) } }),
    ...(isWhole(grade) && grade.outcome === "passed" && !before.passedAt && { passedAt: grade.startedAt }),
  });
}

/** A pass of the fast checks alone leaves a passed exercise passed, and makes no other one so. */
function stateAfter(before: ExerciseProgress, grade: Grade): "started" | "failing" | "passed" {
  if (grade.outcome !== "passed") return "failing";
  return isWhole(grade) || before.state === "passed" ? "passed" : "started";
}

const isWhole = (grade: Grade): boolean => grade.tier === "run" || (grade.unasked ?? 0) === 0;

function change(progress: Progress, exercise: string, changes: Partial<ExerciseProgress>): Progress {
  const before = progressOf(progress, exercise);
  const after = { ...before, state: "started" as const, ...(before.state !== "notStarted" && { state: before.state }), ...changes };
  return { ...progress, exercises: { ...progress.exercises, [exercise]: after as Progress["exercises"][string] } };
}
