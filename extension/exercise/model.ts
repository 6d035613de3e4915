/** What a pack and an exercise are, once read. Pure data: reading is `supervisor/packStore.ts`'s work. */
import type * as z from "zod";
import type { exerciseSchema, markerSchema, packSchema } from "./schemas.ts";

/** `pack.json` */
export type PackManifest = z.infer<typeof packSchema>;

/** `exercise.json` */
export type ExerciseManifest = z.infer<typeof exerciseSchema>;

export type Difficulty = ExerciseManifest["difficulty"];

/** Path relative to the exercise's folder -> text; binary oracles are base64 in `binaries`. */
export interface Exercise extends ExerciseManifest {
  readonly slug: string;
  readonly pack: { readonly id: string; readonly version: string; readonly title: string; readonly digest: string };
  /** Absolute folder of the exercise in its pack. */
  readonly folder: string;
  readonly files: Readonly<Record<string, string>>;
  readonly binaries: Readonly<Record<string, string>>;
}

export interface Pack extends Omit<PackManifest, "exercises"> {
  readonly folder: string;
  readonly digest: string;
  readonly exercises: readonly Exercise[];
}

/**
 * Written to `.practicum/attempt.json` of a scaffolded folder: says which exercise it is and what the starter was
 * (`scaffolded`: sha256 of each file, as it was written).
 */
export type AttemptMarker = z.infer<typeof markerSchema>;
