/** What the panel knows: one exercise's newest run and grade, folded from the host's updates. Pure. */
import type { Grade } from "../../extension/protocol/grade.ts";
import type { EarlierRun, PanelSubject, PanelTab, PanelUpdate, RunSnapshot, SeriesData } from "../../extension/protocol/panel.ts";
import type { ProfileReport } from "../../extension/protocol/profile.ts";

export type Run = Omit<RunSnapshot, "series">;
export type Point = readonly [step: number, value: number];

export interface PanelState extends PanelSubject {
  readonly run?: Run;
  readonly series: readonly SeriesData[];
  /** Of the exercise, without the run that is shown. */
  readonly earlier: readonly EarlierRun[];
  readonly grade?: Grade;
  /** Of the run. */
  readonly profile?: ProfileReport;
  /** The tab that the host asked for, and how often it has asked: a learner's later choice is not overruled. */
  readonly tab: PanelTab;
  readonly tabAsked: number;
  /** When this panel saw the run stop, in ms; unknown for a run that had ended before the panel was there. */
  readonly endedAt?: number;
}

export const emptyState: PanelState = { series: [], earlier: [], tab: "plots", tabAsked: 0 };

/** @param now the panel's clock, in ms */
export function reduce(state: PanelState, update: PanelUpdate, now: number): PanelState {
  switch (update.kind) {
    case "show":
      return show(state, update, now);
    case "append":
      return update.run === state.run?.id ? { ...state, series: appended(state.series, update.series) } : state;
    case "state":
      return moved(state, update.run, now);
    case "grade":
      return graded(state, update.grade);
    case "profile":
      return update.run === state.run?.id ? { ...state, profile: update.profile } : state;
    case "earlier":
      return update.exercise === state.exercise ? { ...state, earlier: update.runs } : state;
  }
}

/** The run's process is alive: there is something to cancel. */
export const isLive = (run: Run | undefined): boolean => run !== undefined && (run.state === "starting" || run.state === "running");

/** Working in any way, grading included. */
export const isBusy = (run: Run | undefined): boolean => isLive(run) || run?.state === "grading";

function show(state: PanelState, update: Extract<PanelUpdate, { kind: "show" }>, now: number): PanelState {
  const { series = [], ...run } = update.run ?? {};
  const shown = update.run ? (run as Run) : undefined;
  const { exercise, title, mayCompare, notice } = update;
  return {
    series,
    earlier: exercise === state.exercise ? state.earlier : [],
    ...definedOf({ exercise, title, mayCompare, notice }),
    tab: update.tab ?? state.tab,
    tabAsked: state.tabAsked + (update.tab ? 1 : 0),
    ...(shown && { run: shown }),
    ...(update.grade && { grade: update.grade }),
    ...(shown && ended(state, shown, now)),
  };
}

/** A grade of another exercise does not belong beside these curves. */
function graded(state: PanelState, grade: Grade): PanelState {
  if ((state.exercise ?? state.run?.exercise ?? grade.exercise) !== grade.exercise) return state;
  const { notice: _, ...rest } = state;
  return { ...rest, grade };
}

const definedOf = <T extends object>(fields: T): Partial<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;

function moved(state: PanelState, run: Run, now: number): PanelState {
  const { endedAt: _, grade, ...rest } = state;
  const sameExercise = state.run === undefined || state.run.exercise === run.exercise;
  const next = { ...rest, run, ...(grade && sameExercise && grade.exercise === run.exercise && { grade }), ...ended(state, run, now) };
  const { profile: __, ...another } = next;
  return state.run?.id === run.id ? next : { ...another, series: [] };
}

/** When the run stopped: as the host says, or else when that was seen. */
function ended(before: PanelState, run: Run, now: number): { endedAt?: number } {
  if (run.endedAt !== undefined) return { endedAt: Date.parse(run.endedAt) };
  if (isLive(run) || before.run?.id !== run.id) return {};
  if (isLive(before.run)) return { endedAt: now };
  return before.endedAt === undefined ? {} : { endedAt: before.endedAt };
}

function appended(series: readonly SeriesData[], more: readonly SeriesData[]): readonly SeriesData[] {
  const byName = new Map(series.map((s) => [s.name, s]));
  for (const { name, points } of more) {
    byName.set(name, { name, points: [...(byName.get(name)?.points ?? []), ...points] });
  }
  return [...byName.values()];
}
