/** Host <-> panel. The host owns the truth: a panel that appears is shown a snapshot and then appended to. */
import type { Grade } from "./grade.ts";
import type { ProfileReport } from "./profile.ts";
import type { BackendInfo, PlotSpec } from "./runtime.ts";

export interface SeriesData {
  readonly name: string;
  /** [step, value] in order of arrival; what is not finite crosses by `toJson` */
  readonly points: readonly (readonly [number, number])[];
}

export type RunState = "starting" | "running" | "grading" | "finished" | "cancelled" | "errored";

/** One run, as far as it has come. */
export interface RunSnapshot {
  readonly id: string;
  readonly exercise: string;
  readonly title: string;
  readonly state: RunState;
  readonly message?: string;
  readonly backend?: BackendInfo;
  readonly scale: "quick" | "full";
  readonly startedAt: string;
  /** When the run's own work ended, grading not counted; a panel that was not there then has no other way to know. */
  readonly endedAt?: string;
  readonly progress?: { readonly done: number; readonly total: number; readonly label?: string; readonly left?: string };
  readonly plots: readonly PlotSpec[];
  readonly series: readonly SeriesData[];
  readonly output: string;
}

/** A run of the exercise that has ended, in this window or in another of the same workspace. */
export interface EarlierRun extends Pick<RunSnapshot, "id" | "state" | "backend" | "scale" | "startedAt" | "endedAt"> {
  /** The last value of each series. */
  readonly finals: readonly { readonly name: string; readonly value: number }[];
  /** Where its curves are compared with those of the run that is shown. */
  readonly overlay?: Pick<RunSnapshot, "plots" | "series">;
}

export type PanelTab = "plots" | "checks" | "profile";

/** The exercise that the panel is about. */
export interface PanelSubject {
  readonly exercise?: string;
  readonly title?: string;
  /** Whether the reference may be seen. */
  readonly mayCompare?: boolean;
  /** Why there is no grade, or none of the files as they are now; absent where there is nothing to say. */
  readonly notice?: string;
}

export type PanelUpdate =
  | ({ readonly kind: "show"; readonly run?: RunSnapshot; readonly grade?: Grade; readonly tab?: PanelTab } & PanelSubject)
  | { readonly kind: "append"; readonly run: string; readonly series: readonly SeriesData[] }
  | { readonly kind: "state"; readonly run: Omit<RunSnapshot, "series"> }
  | { readonly kind: "grade"; readonly grade: Grade }
  | { readonly kind: "profile"; readonly run: string; readonly profile: ProfileReport }
  /** Newest first; the run that is shown is not among them. */
  | { readonly kind: "earlier"; readonly exercise: string; readonly runs: readonly EarlierRun[] };

export type PanelIntent =
  | { readonly kind: "ready" }
  | { readonly kind: "cancel"; readonly run: string }
  | { readonly kind: "runAgain"; readonly exercise: string }
  | { readonly kind: "profileRun"; readonly exercise: string }
  /** The trace of the run that is shown, for Chrome, Perfetto and speedscope. */
  | { readonly kind: "saveTrace"; readonly run: string }
  | { readonly kind: "overlay"; readonly run: string; readonly on: boolean }
  | { readonly kind: "removeRun"; readonly run: string }
  /** TensorBoard's event file of the run that is shown, or of an earlier one. */
  | { readonly kind: "saveEvents"; readonly run: string }
  | { readonly kind: "compare"; readonly exercise: string }
  | { readonly kind: "giveUp"; readonly exercise: string }
  | { readonly kind: "goTo"; readonly file: string; readonly line: number; readonly column: number }
  | { readonly kind: "copy"; readonly text: string }
  /** A webview cannot write: the host asks where, and saves. */
  | { readonly kind: "save"; readonly name: string; readonly content: string; readonly encoding: "utf8" | "base64" };

/** What to post: VS Code sends messages as JSON, which would turn a NaN loss into null. */
export const toJson = (update: PanelUpdate): unknown => JSON.parse(jsonText(update));

/** As JSON.stringify, but what is not finite stands there as text. */
export const jsonText = (data: unknown): string =>
  JSON.stringify(data, (_, value: unknown) => (typeof value === "number" && !Number.isFinite(value) ? String(value) : value));
