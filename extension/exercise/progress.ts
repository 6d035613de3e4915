/** A learner's progress: what remains of grades, hints and giving up, per exercise. Pure; whoever keeps it writes it as JSON. */
import * as z from "zod";
import type { Grade } from "../protocol/grade.ts";
import { plain } from "../protocol/plainText.ts";

// Without this zod looks whether it may compile code, by a global that VS Code reports as an error when an extension touches it.
z.config({ jitless: true });

const FORMAT = 1;
/** Grades remembered of each exercise: the newest. */
const HISTORY = 50;

/** It is shown, and any program may have written it. */
const words = z.string().transform(plain);

const outcome = z.enum(["passed", "failed", "errored", "timedOut", "notGraded"]);

export const gradeRecordSchema = z
  .object({
    /** ISO time at which it began. */
    at: z.string(),
    tier: z.enum(["save", "run"]),
    outcome: outcome.exclude(["notGraded"]),
    score: z.number(),
    /** Of all checks, those that the tier does not ask included. */
    points: z.number(),
    /** Of the pack. */
    version: words,
    seed: z.number(),
  })
  .readonly();

/** What remains of a grade. */
export type GradeRecord = z.infer<typeof gradeRecordSchema>;

/** The grade that stands holds more: what is needed to say what another version of the pack makes of the attempt. Absent in older files. */
const standingGradeSchema = gradeRecordSchema
  .unwrap()
  .extend({
    checks: z
      .array(z.object({ title: words, outcome }))
      .readonly()
      .optional(),
    digests: z.object({ attempt: z.string(), checks: z.string() }).readonly().optional(),
  })
  .readonly();

export type StandingGrade = z.infer<typeof standingGradeSchema>;

export const exerciseProgressSchema = z
  .object({
    state: z.enum(["started", "failing", "passed"]),
    best: gradeRecordSchema.optional(),
    /** The grade that stands; a reset takes it back. */
    last: standingGradeSchema.optional(),
    /** Oldest first. */
    grades: z.array(gradeRecordSchema).readonly().default([]),
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

const NOTHING: ExerciseProgress = { state: "notStarted", grades: [], hints: 0, gaveUp: false };

export const emptyProgress = (): Progress => ({ format: FORMAT, exercises: {} });

/** What was kept; nothing when it is unreadable or of another format. */
export const parseProgress = (kept: unknown): Progress | undefined => progressSchema.safeParse(kept).data;

export const progressOf = (progress: Progress, exercise: string): ExerciseProgress => progress.exercises[exercise] ?? NOTHING;

/**
 * The reference is offered after passing, or after giving up. The file is the learner's own and proves nothing: whoever writes a pass into it
 * sees what giving up would have shown. Nothing that counts for others is read from it, neither by `submit` nor by an instructor's grade.
 */
export const mayCompare = ({ passedAt, gaveUp }: ExerciseProgress): boolean => passedAt !== undefined || gaveUp;

export const opened = (progress: Progress, exercise: string): Progress => change(progress, exercise, {});

export const hintRevealed = (progress: Progress, exercise: string): Progress => change(progress, exercise, { hints: progressOf(progress, exercise).hints + 1 });

export const gaveUp = (progress: Progress, exercise: string): Progress => change(progress, exercise, { gaveUp: true });

/** The attempt is the starter again: no grade stands. What was reached before stays. */
export function reset(progress: Progress, exercise: string): Progress {
  const { last: _, ...rest } = progressOf(progress, exercise);
  return { ...progress, exercises: { ...progress.exercises, [exercise]: { ...rest, state: "started" } } };
}

/** Takes a grade into account; one that judged nothing, or inputs that were known beforehand, changes nothing. */
export function graded(progress: Progress, grade: Grade): Progress {
  const { outcome, tier, seed, score, replay } = grade;
  if (outcome === "notGraded" || replay) return progress;
  const before = progressOf(progress, grade.exercise);
  const record: GradeRecord = { at: grade.startedAt, tier, outcome, score, points: allPoints(grade), version: grade.packVersion, seed };
  return change(progress, grade.exercise, {
    state: stateAfter(grade),
    last: { ...record, ...standing(grade) },
    grades: [...before.grades, record].slice(-HISTORY),
    ...(score >= (before.best?.score ?? 0) && { best: record }),
    ...(isWhole(grade) && grade.outcome === "passed" && !before.passedAt && { passedAt: grade.startedAt }),
  });
}

function standing({ checks, digests }: Grade): Pick<StandingGrade, "checks" | "digests"> {
  return { checks: checks.map(({ title, outcome }) => ({ title, outcome })), digests: { attempt: digests.attempt, checks: digests.checks } };
}

/** Whether the grade that stands was given by other checks than those that the pack has now. @param checks digest of these */
export const isOutdated = ({ last }: ExerciseProgress, version: string, checks: string): boolean =>
  last !== undefined && (last.digests ? last.digests.checks !== checks : last.version !== version);

/** Of all checks of the exercise, those that were not asked included. */
export const allPoints = ({ points, unasked = [] }: Pick<Grade, "points" | "unasked">): number =>
  points + unasked.reduce((sum, check) => sum + check.points, 0);

/** A pass of the fast checks alone is no pass: the slow ones wait. */
function stateAfter(grade: Grade): "started" | "failing" | "passed" {
  if (grade.outcome !== "passed") return "failing";
  return isWhole(grade) ? "passed" : "started";
}

/** Whether every check of the exercise was asked. */
export const isWhole = (grade: Grade): boolean => grade.tier === "run" || (grade.unasked ?? []).length === 0;

function change(progress: Progress, exercise: string, changes: Partial<ExerciseProgress>): Progress {
  const before = progressOf(progress, exercise);
  const after = { ...before, state: "started" as const, ...(before.state !== "notStarted" && { state: before.state }), ...changes };
  return { ...progress, exercises: { ...progress.exercises, [exercise]: after as Progress["exercises"][string] } };
}
