/** What can be saved of progress that was damaged: each exercise for itself, and of it each part and each grade. Pure. */
import type * as z from "zod";
import { objectsByKey } from "./brokenJson.ts";
import { emptyProgress, exerciseProgressSchema, gradeRecordSchema, type Progress, parseProgress } from "./progress.ts";

export interface Salvaged {
  readonly progress: Progress;
  /** What is lost, in words; empty where all could be read. */
  readonly lost: readonly string[];
}

type Kept = Progress["exercises"][string];

/** @param text what is in the file */
export function salvaged(text: string): Salvaged {
  const value = jsonFrom(text);
  const strict = parseProgress(value);
  if (strict) return { progress: strict, lost: [] };
  const { exercises } = recordOf(value);
  const all = value === undefined ? objectsByKey(text, isExercise) : recordOf(exercises);
  const found = Object.entries(all).map(([id, kept]) => [id, exerciseFrom(kept)] as const);
  const saved = found.flatMap(([id, { progress }]) => (progress ? [[id, progress] as const] : []));
  const lost = found.flatMap(([id, { lost }]) => (lost ? [`${lost} of ${id}`] : []));
  const rest = saved.length === 0 ? "all of it" : value === undefined ? "what stands where it breaks off" : "what another version of Practicum keeps besides";
  return {
    progress: { ...emptyProgress(), exercises: Object.fromEntries(saved) },
    lost: [...lost, ...(lost.length === 0 || value === undefined || saved.length === 0 ? [rest] : [])],
  };
}

const FIELDS = exerciseProgressSchema.unwrap().shape as Readonly<Record<string, z.ZodType>>;

const isExercise = (value: object): boolean => "state" in value && FIELDS.state?.safeParse(value.state).success === true;

function exerciseFrom(kept: unknown): { readonly progress?: Kept; readonly lost?: string } {
  const strict = exerciseProgressSchema.safeParse(kept);
  if (strict.success) return { progress: strict.data };
  const parts = recordOf(kept);
  const told = Object.keys(FIELDS).filter((name) => name in parts && name !== "grades");
  const valid = told.filter((name) => FIELDS[name]?.safeParse(parts[name]).success);
  const all = Array.isArray(parts.grades) ? parts.grades : [];
  const grades = all.filter((grade) => gradeRecordSchema.safeParse(grade).success);
  if (valid.length + grades.length === 0) return { lost: "all" };
  const { data } = exerciseProgressSchema.safeParse({ state: "started", ...Object.fromEntries(valid.map((name) => [name, parts[name]])), grades });
  const gone = all.length - grades.length;
  const lost = [...told.filter((name) => !valid.includes(name)), ...(gone > 0 ? [`${gone} ${gone === 1 ? "grade" : "grades"}`] : [])];
  return { ...(data && { progress: data }), lost: lost.join(" and ") || "a part" };
}

const recordOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};

function jsonFrom(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
