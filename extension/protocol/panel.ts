/** Host <-> panel. The host owns the truth: a panel that appears is shown a snapshot and then appended to. */
import type { Grade } from "./grade.ts";
import type { BackendInfo, PlotSpec } from "./runtime.ts";

export interface SeriesData {
  readonly name: string;
  /** [step, value] in order of arrival */
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
  readonly progress?: { readonly done: number; readonly total: number; readonly label?: string };
  readonly plots: readonly PlotSpec[];
  readonly series: readonly SeriesData[];
  readonly output: string;
}

export type PanelUpdate =
  | { readonly kind: "show"; readonly run?: RunSnapshot; readonly grade?: Grade; readonly tab?: "plots" | "checks" }
  | { readonly kind: "append"; readonly run: string; readonly series: readonly SeriesData[] }
  | { readonly kind: "state"; readonly run: Omit<RunSnapshot, "series"> }
  | { readonly kind: "grade"; readonly grade: Grade };

export type PanelIntent =
  | { readonly kind: "ready" }
  | { readonly kind: "cancel"; readonly run: string }
  | { readonly kind: "runAgain"; readonly exercise: string }
  | { readonly kind: "goTo"; readonly file: string; readonly line: number; readonly column: number };
