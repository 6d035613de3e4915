/** What a pack and an exercise are, once read. Pure data: reading is `supervisor/packStore.ts`'s work. */
import type { BackendName } from "../protocol/runtime.ts";

export type Difficulty = "easy" | "medium" | "hard" | "challenge";

/** `pack.json` */
export interface PackManifest {
  readonly format: 1;
  readonly id: string;
  readonly version: string;
  readonly title: string;
  /** Folder names, in order. */
  readonly exercises: readonly string[];
}

/** `exercise.json` */
export interface ExerciseManifest {
  /** Never changes: progress is kept under it. */
  readonly id: string;
  readonly title: string;
  readonly difficulty: Difficulty;
  readonly minutes: number;
  /** The attempt's main file, as in `starter/`, e.g. "params.ts". */
  readonly entry: string;
  readonly teaches: readonly string[];
  /** Ids of exercises that come before. */
  readonly needs: readonly string[];
  readonly backend?: { readonly require?: readonly BackendName[]; readonly refuse?: readonly BackendName[] };
  readonly limits?: { readonly runSeconds?: number; readonly memoryMiB?: number };
}

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

/** Written to `.practicum/attempt.json` of a scaffolded folder: says which exercise it is and what the starter was. */
export interface AttemptMarker {
  readonly format: 1;
  readonly exercise: string;
  readonly pack: string;
  readonly packVersion: string;
  /** sha256 of each scaffolded file, as it was written. */
  readonly scaffolded: Readonly<Record<string, string>>;
}
